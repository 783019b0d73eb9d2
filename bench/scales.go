package bench

import "slices"

// The scales along which cost per voxel and memory are measured, on the
// phantom, by the best level that the machine has.

// VoxelScale has volumes of 2^10 to at most 2^most voxels: the forward pass at
// both exponents, and the step, on one thread.
func VoxelScale(most int) (all []Case) {
	for log := 10; log <= most; log += 2 {
		c := Case{Pass: "forward", Level: "auto", Input: "probabilities", Target: "uint8", Data: "phantom", Sums: "focal", Gamma: .5, Classes: 1, Threads: 1, Voxels: 1 << log}
		all = append(all, c)
		c.Gamma = .7
		all = append(all, c)
		c.Pass, c.Gamma = "step", .5
		all = append(all, c)
	}
	return all
}

// MostVoxels returns the logarithm of the largest volume of VoxelScale that
// memory has room for, beside its gradient and as much again.
func MostVoxels() int {
	log := 30
	for have := AvailableMemory(); have >= 0 && log > 10 && 2*9<<log > have; {
		log -= 2
	}
	return log
}

// ThreadScale has 1, 2, 4 and so on to all threads.
func ThreadScale(all, voxels int) (cases []Case) {
	var threads []int
	for n := 1; n < all; n *= 2 {
		threads = append(threads, n)
	}
	for _, n := range append(threads, all) {
		for _, pass := range []string{"forward", "step"} {
			cases = append(cases, Case{Pass: pass, Level: "auto", Input: "probabilities", Target: "uint8", Data: "phantom", Sums: "focal", Gamma: .5, Classes: 1, Threads: n, Voxels: voxels})
		}
	}
	return cases
}

// ClassScale has softmax over 2 to at most most channels of logits with cross
// entropy, and the sigmoid of one, all with as many logits: more channels are
// fewer voxels.
func ClassScale(most, logits int) (all []Case) {
	for classes := 1; classes <= most; classes *= 2 {
		for _, pass := range []string{"forward", "step"} {
			all = append(all, Case{Pass: pass, Level: "auto", Input: "logits", Target: "uint8", Data: "phantom", Sums: "ce", Classes: classes, Threads: 1, Voxels: logits / classes})
		}
	}
	return all
}

// KernelCases has a case of every kernel that is worth telling from others, at
// every level in assembly: each with a volume that lies in a core's own cache,
// and one that lies in none.
func KernelCases(small, large int) (all []Case) {
	base := Case{Target: "uint8", Data: "phantom", Classes: 1, Threads: 1}
	for _, input := range []string{"probabilities", "logits"} {
		for _, sums := range Sums {
			for _, gamma := range []float64{.5, .7} {
				c := base
				c.Input, c.Sums, c.Pass = input, sums, "forward"
				if sums == "focal" {
					c.Gamma = gamma
				}
				all = append(all, c)
			}
		}
		for _, gamma := range []float64{.5, .7} {
			c := base
			c.Input, c.Sums, c.Gamma, c.Pass = input, "focal", gamma, "backward"
			all = append(all, c)
		}
	}
	for _, input := range []string{"float16", "bfloat16", "quantised"} {
		c := base
		c.Input, c.Sums, c.Gamma, c.Pass = input, "focal", .5, "forward"
		all = append(all, c)
	}
	for _, classes := range []int{4, 16} {
		for _, pass := range []string{"forward", "backward"} {
			c := base
			c.Input, c.Sums, c.Classes, c.Pass = "logits", "ce", classes, pass
			all = append(all, c)
		}
	}
	all = slices.Compact(all) // sums without an exponent, once
	all = Cross(all, []int{small, large}, func(c *Case, values int) { c.Voxels = values / c.Classes })
	// one volume after another, its passes next to each other
	slices.SortStableFunc(all, func(a, b Case) int { return a.Voxels*a.Classes - b.Voxels*b.Classes })
	return Cross(all, assemblyLevels(), func(c *Case, level string) { c.Level = level })
}

// Cross returns every case with every value, the values of a case in turn.
func Cross[T any](cases []Case, values []T, set func(*Case, T)) (all []Case) {
	for _, c := range cases {
		for _, v := range values {
			set(&c, v)
			all = append(all, c)
		}
	}
	return all
}
