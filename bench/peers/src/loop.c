// The asymmetric unified focal loss of one channel of probabilities, and its
// gradient, as one writes them in C: one fused loop, one voxel a turn, for the
// compiler to vectorise. It takes only what this one loss needs, where voxfold
// sums for all losses and checks its input.
//
// Compiled with -O3 -ffast-math -march=haswell, logf and powf become calls of
// libmvec for eight numbers at once.
//
//	loop PROBABILITIES LABELS VOXELS
//
// speaks the protocol of ../peer.go.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#define EPSILON 1e-7f
#define BLOCK 4096 // voxels whose sums float can hold; blocks are added in double

static const double lambda = .5, delta = .6, smooth = 1e-7;

typedef struct {
	double tp, fp, fn, tn; // tn: what TP is to the background
	double ce, focal;      // of the foreground, of the background
} sums;

static inline float clamp(float p) {
	return p < EPSILON ? EPSILON : p > 1 - EPSILON ? 1 - EPSILON : p;
}

// With half the power is a square root. It is a constant where this is called.
static inline float power(float q, int half, float gamma) {
	return half ? sqrtf(q) : powf(q, gamma);
}

static inline __attribute__((always_inline)) sums fold(const float *restrict p, const uint8_t *restrict label,
                                                       int64_t n, int half, float gamma) {
	sums s = {0};
	for (int64_t from = 0; from < n; from += BLOCK) {
		int64_t to = from + BLOCK < n ? from + BLOCK : n;
		float tp = 0, fp = 0, fn = 0, tn = 0, ce = 0, focal = 0;
		for (int64_t i = from; i < to; i++) {
			float y = label[i], z = 1 - y, q = 1 - p[i];
			tp += y * p[i];
			fp += z * p[i];
			fn += y * q;
			tn += z * q;
			float l = logf(clamp(label[i] ? p[i] : q));
			ce -= y * l;
			focal -= z * l * power(clamp(p[i]), half, gamma);
		}
		s.tp += tp, s.fp += fp, s.fn += fn, s.tn += tn, s.ce += ce, s.focal += focal;
	}
	return s;
}

// unlike is U of one class, and its derivatives by TP, FP and FN.
static double unlike(double tp, double fp, double fn, double d[3]) {
	double above = (1 - delta) * fp + delta * fn, below = tp + above + smooth;
	d[0] = -above / below / below;
	d[1] = (1 - delta) * (tp + smooth) / below / below;
	d[2] = delta * (tp + smooth) / below / below;
	return above / below;
}

// coefficients are the derivatives of the loss by a voxel's p, but for factors
// of that voxel.
typedef struct {
	float region1, region0; // of a voxel of the foreground, of the background
	float ce, focal;
} coefficients;

static double value(sums s, int64_t n, double gamma, coefficients *c) {
	double d0[3], d1[3];
	double u0 = unlike(s.tn, s.fn, s.fp, d0), u1 = unlike(s.tp, s.fp, s.fn, d1);
	double steep = u1 > 0 ? (1 - gamma) * pow(u1, -gamma) : 0, part = (1 - lambda) / 2;
	c->region1 = part * (steep * (d1[0] - d1[2]) - d0[1]);
	c->region0 = part * (steep * d1[1] + d0[2] - d0[0]);
	c->ce = lambda * delta / n;
	c->focal = lambda * (1 - delta) / n;
	return lambda * (delta * s.ce + (1 - delta) * s.focal) / n + part * (u0 + pow(u1, 1 - gamma));
}

static inline __attribute__((always_inline)) void pull(const float *restrict p, const uint8_t *restrict label,
                                                       int64_t n, int half, float gamma, coefficients c,
                                                       float *restrict gradient) {
	for (int64_t i = 0; i < n; i++) {
		float x = clamp(p[i]), q = clamp(1 - p[i]);
		float g1 = c.ce / x;
		float g0 = c.focal * power(x, half, gamma) * (1 / q - gamma * logf(q) / x);
		int inside = p[i] >= EPSILON && p[i] <= 1 - EPSILON;
		gradient[i] = label[i] ? c.region1 - (inside ? g1 : 0) : c.region0 + (inside ? g0 : 0);
	}
}

static double forward(const float *p, const uint8_t *label, int64_t n, double gamma, coefficients *c) {
	sums s = gamma == .5 ? fold(p, label, n, 1, .5f) : fold(p, label, n, 0, (float)gamma);
	return value(s, n, gamma, c);
}

static double step(const float *p, const uint8_t *label, int64_t n, double gamma, float *gradient) {
	coefficients c;
	double v = forward(p, label, n, gamma, &c);
	if (gamma == .5)
		pull(p, label, n, 1, .5f, c, gradient);
	else
		pull(p, label, n, 0, (float)gamma, c, gradient);
	return v;
}

static void *load(const char *path, size_t size) {
	FILE *f = fopen(path, "rb");
	void *data = malloc(size);
	if (!f || !data || fread(data, 1, size, f) != size) {
		fprintf(stderr, "loop: cannot read %s\n", path);
		exit(1);
	}
	fclose(f);
	return data;
}

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int argc, char **argv) {
	if (argc != 4) {
		fprintf(stderr, "usage: loop PROBABILITIES LABELS VOXELS\n");
		return 2;
	}
	int64_t n = atoll(argv[3]);
	float *p = load(argv[1], n * sizeof *p), *gradient = malloc(n * sizeof *gradient);
	uint8_t *label = load(argv[2], n);
	if (!gradient)
		return 1;
	memset(gradient, 1, n * sizeof *gradient); // its pages are there before the clock runs
#ifdef __GLIBC__
	printf("ready " __VERSION__ ", glibc %s\n", gnu_get_libc_version());
#else
	printf("ready " __VERSION__ "\n");
#endif
	fflush(stdout);

	char pass[16];
	double gamma;
	int threads;
	while (scanf("%15s %lf %d", pass, &gamma, &threads) == 3) {
		coefficients c;
		int stepping = !strcmp(pass, "step");
		double start = now();
		double v = stepping ? step(p, label, n, gamma, gradient) : forward(p, label, n, gamma, &c);
		double seconds = now() - start, size = 0;
		for (int64_t i = 0; stepping && i < n; i++)
			size += fabsf(gradient[i]);
		printf("%.9f %.12g %.12g\n", seconds, v, size);
		fflush(stdout);
	}
}
