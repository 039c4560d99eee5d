#!/usr/bin/env bash
echo "owner/cluster" # $# ${#array[@]}
