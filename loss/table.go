package loss

import (
	"errors"
	"slices"
)

// An Entry is a row of the table of losses.
type Entry struct {
	Name    string
	Aliases []string
	Formula string // in the symbols of the package documentation
	Source  string // where it was published; empty for common knowledge
	Params  []Parameter

	// terms composes the loss of its parts.
	terms func(v values) []term

	// settle, where given, resolves parameters that exclude each other. v
	// holds a value for every parameter, given those the caller chose.
	settle func(v values, given map[string]bool) error
}

// Table returns every loss there is, in the order in which they are listed
// anywhere. Parse, the command line, the documentation and the tests read it.
func Table() []Entry {
	rows := slices.Clone(table)
	for i := range rows {
		rows[i].Aliases = slices.Clone(rows[i].Aliases)
		rows[i].Params = slices.Clone(rows[i].Params)
	}
	return rows
}

// The papers that define more than one loss.
const (
	yeung2022 = "Yeung et al. 2022, Unified Focal loss, Computerized Medical Imaging and Graphics 95:102026"
	yeung2021 = "Yeung et al. 2021, Focus U-Net, Computers in Biology and Medicine 137:104815"
)

var table = []Entry{
	{
		Name:    "ce",
		Aliases: []string{"bce"},
		Formula: "mean_v Σ_c CE; with class weights k_c: Σ k_c·w·y·ℓ / Σ k_c·w·y",
		Params:  []Parameter{classWeights, reduction},
		terms: func(v values) []term {
			return []term{{1, v.voxels(crossEntropy(v.list("class-weights")))}}
		},
	},
	{
		Name:    "focal",
		Formula: "mean_v Σ_c α_c·F",
		Source:  "Lin et al. 2017, Focal loss for dense object detection, ICCV, eq. 4 (with α eq. 5)",
		Params:  []Parameter{focalGamma(2), focalAlpha, reduction},
		terms: func(v values) []term {
			return []term{{1, v.voxels(focal(v.number("gamma"), v.list("alpha")))}}
		},
	},
	{
		Name:    "dice",
		Formula: "mean_bc (FP + FN) / (2·TP + FP + FN + s)",
		Source:  "Milletari et al. 2016, V-Net, 3DV (whose denominator has the squares of p and y)",
		Params:  regionParams(smooth(1e-5)),
		terms: func(v values) []term {
			return []term{{1, v.region(dice(v.number("smooth")))}}
		},
	},
	{
		Name:    "tversky",
		Formula: "mean_bc U",
		Source:  "Salehi et al. 2017, Tversky loss function for image segmentation, MLMI",
		Params:  regionParams(tverskyAlpha, tverskyBeta, smooth(1e-6)),
		terms: func(v values) []term {
			return []term{{1, v.region(tversky(v.number("alpha"), v.number("beta"), v.number("smooth")))}}
		},
	},
	{
		Name:    "fbeta",
		Formula: "tversky with 1/(1+β²) for α and β²/(1+β²) for β",
		Source:  "Hashemi et al. 2018, asymmetric similarity loss, IEEE Access 7",
		Params: regionParams(
			Parameter{Name: "beta", Default: 1.5, Doc: "β: recall counts β times as much as precision", domain: positive},
			smooth(1e-6)),
		terms: func(v values) []term {
			square := float64(v.number("beta") * v.number("beta"))
			return []term{{1, v.region(tversky(1/(1+square), square/(1+square), v.number("smooth")))}}
		},
	},
	{
		Name:    "focal-tversky",
		Formula: "mean_bc U^exponent",
		Source:  "Abraham & Khan 2019, A novel focal Tversky loss function, ISBI (whose exponent is 1/γ, γ = 4/3)",
		Params:  regionParams(tverskyAlpha, tverskyBeta, exponent, smooth(1e-6)),
		terms: func(v values) []term {
			m := tversky(v.number("alpha"), v.number("beta"), v.number("smooth"))
			return []term{{1, v.region(m.to(v.number("exponent")))}}
		},
	},
	{
		Name:    "combo",
		Formula: "α·mean_v (β·CE_foreground + (1−β)·CE_background) − (1−α)·mean_bc (1 − dice)",
		Source:  "Taghanaki et al. 2019, Combo loss, Computerized Medical Imaging and Graphics 75",
		Params: regionParams(
			Parameter{Name: "alpha", Default: .5, Doc: "α: the share of the cross entropy", domain: unit},
			Parameter{Name: "beta", Default: .5, Doc: "β: the weight of the foreground's cross entropy", domain: unit},
			smooth(1e-5)),
		terms: func(v values) []term {
			alpha, beta := v.number("alpha"), v.number("beta")
			crossEntropy := voxelMean{background: voxelTerm{weight: 1 - beta}, foreground: voxelTerm{weight: beta}}
			overlap := dice(v.number("smooth"))
			overlap.offset = -1 // dice − 1 = −DSC
			return []term{{alpha, v.voxels(crossEntropy)}, {1 - alpha, v.region(overlap)}}
		},
	},
	{
		Name:    "dice-ce",
		Formula: "dice + ce",
		Source:  "Isensee et al. 2021, nnU-Net, Nature Methods 18",
		Params:  regionParams(classWeights, smooth(1e-5)),
		terms: func(v values) []term {
			return []term{
				{1, v.region(dice(v.number("smooth")))},
				{1, v.voxels(crossEntropy(v.list("class-weights")))},
			}
		},
	},
	{
		Name:    "dice-focal",
		Formula: "dice + weight·focal",
		Source:  "Zhu et al. 2019, AnatomyNet, Medical Physics 46",
		Params: regionParams(
			Parameter{Name: "weight", Default: 1., Doc: "the factor of the focal loss", domain: nonNegative},
			focalGamma(2), focalAlpha, smooth(1e-5)),
		terms: func(v values) []term {
			return []term{
				{1, v.region(dice(v.number("smooth")))},
				{v.number("weight"), v.voxels(focal(v.number("gamma"), v.list("alpha")))},
			}
		},
	},
	{
		Name:    "hybrid-focal",
		Formula: "λ·focal + (1−λ)·focal-tversky with 1−δ for α and δ for β",
		Source:  yeung2021,
		Params: regionParams(lambda, focalGamma(2), focalAlpha, delta(.7),
			Parameter{Name: "alpha-fp", Doc: "the weight of FP, in place of 1−δ; with beta-fn", domain: nonNegative},
			Parameter{Name: "beta-fn", Doc: "the weight of FN, in place of δ; with alpha-fp", domain: nonNegative},
			exponent, smooth(1e-6)),
		settle: deltaOrItsParts,
		terms: func(v values) []term {
			m := tversky(0, 0, v.number("smooth")).to(v.number("exponent"))
			if v["delta"] != nil {
				m.alpha, m.beta = 1-v.number("delta"), v.number("delta")
			} else {
				m.alpha, m.beta = v.number("alpha-fp"), v.number("beta-fn")
			}
			return []term{
				{v.number("lambda"), v.voxels(focal(v.number("gamma"), v.list("alpha")))},
				{1 - v.number("lambda"), v.region(m)},
			}
		},
	},
	{
		Name:    "symmetric-focal",
		Formula: "mean_v ((1−δ)·F_0 + δ·Σ_{c≠0} F_c)",
		Source:  yeung2022,
		Params:  []Parameter{delta(.7), focalGamma(2), reduction},
		terms: func(v values) []term {
			return []term{{1, v.symmetricFocal()}}
		},
	},
	{
		Name:    "asymmetric-focal",
		Formula: "mean_v ((1−δ)·F_0 + δ·Σ_{c≠0} CE_c)",
		Source:  yeung2022 + ", eq. 20",
		Params:  []Parameter{delta(.7), focalGamma(2), reduction},
		terms: func(v values) []term {
			return []term{{1, v.asymmetricFocal()}}
		},
	},
	{
		Name:    "symmetric-focal-tversky",
		Formula: "mean_bc U^(1−γ) with 1−δ for α and δ for β",
		Source:  yeung2022,
		Params:  regionParams(delta(.7), tverskyGamma(.75), smooth(1e-7)),
		terms: func(v values) []term {
			return []term{{1, v.symmetricFocalTversky()}}
		},
	},
	{
		Name:    "asymmetric-focal-tversky",
		Formula: "symmetric-focal-tversky with U of class 0 in place of its power",
		Source:  yeung2022,
		Params:  regionParams(delta(.7), tverskyGamma(.75), smooth(1e-7)),
		terms: func(v values) []term {
			return []term{{1, v.asymmetricFocalTversky()}}
		},
	},
	{
		Name:    "symmetric-unified-focal",
		Formula: "λ·symmetric-focal + (1−λ)·symmetric-focal-tversky",
		Source:  yeung2022,
		Params:  regionParams(lambda, delta(.6), tverskyGamma(.5), smooth(1e-7)),
		terms: func(v values) []term {
			l := v.number("lambda")
			return []term{{l, v.symmetricFocal()}, {1 - l, v.symmetricFocalTversky()}}
		},
	},
	{
		Name:    "asymmetric-unified-focal",
		Formula: "λ·asymmetric-focal + (1−λ)·asymmetric-focal-tversky",
		Source:  yeung2022,
		Params:  regionParams(lambda, delta(.6), tverskyGamma(.5), smooth(1e-7)),
		terms: func(v values) []term {
			l := v.number("lambda")
			return []term{{l, v.asymmetricFocal()}, {1 - l, v.asymmetricFocalTversky()}}
		},
	},
}

// The parameters that several losses share.
var (
	lambda       = Parameter{Name: "lambda", Default: .5, Doc: "λ: the share of the focal part", domain: unit}
	tverskyAlpha = Parameter{Name: "alpha", Default: .3, Doc: "α: the weight of FP", domain: nonNegative}
	tverskyBeta  = Parameter{Name: "beta", Default: .7, Doc: "β: the weight of FN", domain: nonNegative}
	exponent     = Parameter{Name: "exponent", Default: .75, Doc: "the power of U", domain: positive}
	focalAlpha   = Parameter{Name: "alpha", domain: numbers{unit},
		Doc: "α: one channel: the weight of the foreground, 1−α that of the background; else a list with one number per class"}
	classWeights = Parameter{Name: "class-weights", domain: numbers{nonNegative},
		Doc: "k: one number per class, class 0 (one channel: the background) first"}
	batch      = Parameter{Name: "batch", Default: false, Doc: "add the sums over the samples first", domain: flag{}}
	background = Parameter{Name: "background", Default: true, Doc: "whether class 0 counts in mean_bc", domain: flag{}}
	reduction  = Parameter{Name: "reduction", Default: "mean", domain: choice{"mean", "sum"},
		Doc: "sum: add the terms of mean_v and mean_bc and do not divide"}
)

func smooth(s float64) Parameter {
	return Parameter{Name: "smooth", Default: s, Doc: "s: is added to the denominator", domain: nonNegative}
}

func delta(d float64) Parameter {
	return Parameter{Name: "delta", Default: d, Doc: "δ: the weight of FN and of the foreground; 1−δ that of FP and of the background", domain: unit}
}

func focalGamma(g float64) Parameter {
	return Parameter{Name: "gamma", Default: g, Doc: "γ: the power of q in F", domain: focalPower}
}

func tverskyGamma(g float64) Parameter {
	return Parameter{Name: "gamma", Default: g, Doc: "γ: the power of q in F; 1−γ is that of U", domain: belowOne}
}

// regionParams appends what every loss with a mean_bc takes.
func regionParams(own ...Parameter) []Parameter {
	return append(own, batch, background, reduction)
}

// deltaOrItsParts makes hybrid-focal take δ, or the weights of FP and FN one
// by one.
func deltaOrItsParts(v values, given map[string]bool) error {
	switch {
	case !given["alpha-fp"] && !given["beta-fn"]:
		return nil
	case given["delta"]:
		return errors.New("delta, or alpha-fp and beta-fn, not both")
	case !given["alpha-fp"] || !given["beta-fn"]:
		return errors.New("alpha-fp and beta-fn go together")
	}
	v["delta"] = nil
	return nil
}

// to returns m with every class to the power e.
func (m regionMean) to(e float64) regionMean {
	m.background, m.foreground = e, e
	return m
}

func (v values) symmetricFocal() voxelMean {
	d, g := v.number("delta"), v.number("gamma")
	return v.voxels(voxelMean{background: voxelTerm{1 - d, g}, foreground: voxelTerm{d, g}})
}

func (v values) asymmetricFocal() voxelMean {
	m := v.symmetricFocal()
	m.foreground.gamma = 0
	return m
}

func (v values) symmetricFocalTversky() regionMean {
	d := v.number("delta")
	m := v.region(tversky(1-d, d, v.number("smooth")).to(1 - v.number("gamma")))
	m.bothRows = true
	return m
}

func (v values) asymmetricFocalTversky() regionMean {
	m := v.symmetricFocalTversky()
	m.background = 1
	return m
}
