// Package volume turns files of 3D volumes into streams of voxels: NIfTI-1 and
// NIfTI-2, NRRD, and NumPy arrays, plain or compressed by gzip or zstd, known
// by their content and not by their name.
//
// [Open] reads a header and nothing else. The voxels of one 3D volume, a
// sample's channel, come from a [Plane], in one order whatever the format: x
// fastest, then y, then z. A plane holds a fixed buffer and never a volume, and
// reads without allocating; where the file holds the numbers that were asked
// for, they go from the file straight into the caller's slice.
//
// An [ArrayWriter] writes arrays larger than memory, for what is computed voxel
// by voxel.
//
// Where the voxels lie in space is their [Geometry], in millimetres and in the
// RAS+ convention (x to the right, y to the front, z up), whichever convention
// the file uses.
//
// [Phantom] is a volume of any size that needs no file: every voxel is computed
// from its coordinates, to the same bits on every machine.
package volume
