"""A plugin for the corpus: what the templates of the family call, with fixed answers."""

import ipaddress
import pathlib

ANSWERS = {
    "public": "age1corpus",
    "private": "AGE-SECRET-KEY-CORPUS",
    "id": "00000000-0000-0000-0000-000000000000",
    "tunnel": "eyJhIjoiYSJ9",
    "deploy": "first line\nsecond line",
    "push": "corpus-push-token",
}


def basename(value):
    return pathlib.PurePath(value).stem


def nthhost(value, query):
    try:
        return str(ipaddress.ip_network(value, strict=False)[query])
    except (ValueError, IndexError):
        return False


def age_key(key_type):
    return ANSWERS[key_type]


def cloudflare_tunnel_id():
    return ANSWERS["id"]


def cloudflare_tunnel_secret():
    return ANSWERS["tunnel"]


def github_deploy_key():
    return ANSWERS["deploy"]


def github_push_token():
    return ANSWERS["push"]


def talos_patches(value):
    folder = pathlib.Path("templates/config/talos/patches") / value
    return sorted(str(file) for file in folder.glob("*.yaml.j2")) if folder.is_dir() else []


class Plugin:
    def __init__(self, data):
        self.values = data

    def data(self):
        self.values["primary_domain"] = self.values["domains"][0]
        self.values.setdefault("redis_version", "6")
        return self.values

    def filters(self):
        return [basename, nthhost]

    def functions(self):
        return [
            age_key,
            cloudflare_tunnel_id,
            cloudflare_tunnel_secret,
            github_deploy_key,
            github_push_token,
            talos_patches,
        ]
