module example.test/runc

go 1.25.0
