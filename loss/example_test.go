package loss_test

import (
	"fmt"

	"github.com/voxfold/voxfold/loss"
	"github.com/voxfold/voxfold/reduce"
)

// The sums of a pass, here written down, give a loss and its derivatives.
func Example() {
	l := loss.MustParse("dice:smooth=0")
	totals := &reduce.Totals{
		OneChannel: true,
		Samples:    [][]reduce.Row{{{W: 100, TP: 88, FP: 4, FN: 2}, {W: 100, TP: 6, FP: 2, FN: 4}}},
	}
	totals.Batch = totals.Samples[0] // one sample

	d := reduce.NewDerivatives(totals)
	l.AddDerivative(totals, 1, d)
	fmt.Printf("%.4f, by TP %.4f\n", l.Value(totals), d.Samples[0][1].TP)
	// Output: 0.3333, by TP -0.0370
}

// One pass serves several losses: Union says which sums it has to take.
func ExampleUnion() {
	needs := loss.Union(
		loss.MustParse("dice-focal"),
		loss.MustParse("asymmetric-unified-focal"),
	)
	fmt.Println(needs.Region, needs.CE, needs.Gammas)
	// Output: true true [0.5 2]
}

// A weighted sum of losses is a loss.
func ExampleSum() {
	l := loss.Sum(
		loss.Weighted{Weight: 1, Loss: loss.MustParse("dice")},
		loss.Weighted{Weight: .5, Loss: loss.MustParse("focal:gamma=1.5")},
	)
	fmt.Println(l.Needs())
	// Output: {true false [1.5]}
}

// A command line or a page of documentation lists what there is.
func ExampleTable() {
	for _, e := range loss.Table()[:2] {
		fmt.Println(e.Name, e.Aliases, e.Formula)
		for _, p := range e.Params {
			fmt.Printf("  %s (%v): %s\n", p.Name, p.Default, p.Range())
		}
	}
	// Output:
	// ce [bce] mean_v Σ_c CE; with class weights k_c: Σ k_c·w·y·ℓ / Σ k_c·w·y
	//   class-weights (<nil>): 0 ≤ class-weights ≤ 3.4e38, one number or a list as 1/2/3
	//   reduction (mean): mean or sum
	// focal [] mean_v Σ_c α_c·F
	//   gamma (2): 0 ≤ gamma ≤ 1000
	//   alpha (<nil>): 0 ≤ alpha ≤ 1, one number or a list as 1/2/3
	//   reduction (mean): mean or sum
}
