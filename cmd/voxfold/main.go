// Command voxfold folds 3D segmentation volumes into a few sums and prints
// every segmentation loss that follows from them.
package main

import "os"

func main() { os.Exit(Execute(os.Args[1:], os.Stdout, os.Stderr)) }
