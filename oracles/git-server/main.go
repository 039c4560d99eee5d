// Serves the git repositories below a folder over http, for reading, by git's own
// `git http-backend`: git-server ADDRESS FOLDER.
package main

import (
	"fmt"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
)

func main() {
	if len(os.Args) != 3 {
		fail("usage: git-server ADDRESS FOLDER")
	}
	git, err := exec.LookPath("git")
	if err != nil {
		fail(err)
	}
	fail(http.ListenAndServe(os.Args[1], &cgi.Handler{
		Path:       git,
		Args:       []string{"http-backend"},
		Env:        []string{"GIT_PROJECT_ROOT=" + os.Args[2], "GIT_HTTP_EXPORT_ALL=1"},
		InheritEnv: []string{"HOME"},
	}))
}

func fail(reason any) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
