//go:build !race

package reduce

func raceRead[T any]([]T) {}
