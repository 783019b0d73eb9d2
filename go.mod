module github.com/voxfold/voxfold

go 1.25.0
