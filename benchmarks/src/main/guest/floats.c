// Floating point in binary64. The checksums are the results' bits: they show that both machines round alike.
#include "bench.h"
#include <math.h>
#include <string.h>

static u64 bits(double value) {
    u64 result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static u64 nbody(void) {
    enum { BODIES = 5, STEPS = 500000 };
    double x[BODIES][3], v[BODIES][3], mass[BODIES];
    for (int i = 0; i < BODIES; i++) {
        mass[i] = 1.0 / (i + 1);
        for (int k = 0; k < 3; k++) x[i][k] = (double)(i * 3 + k) * 1.25 - 4, v[i][k] = 0.01 * (k - i);
    }
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < BODIES; i++)
            for (int j = i + 1; j < BODIES; j++) {
                double d[3], square = 0.01;
                for (int k = 0; k < 3; k++) d[k] = x[i][k] - x[j][k], square += d[k] * d[k];
                double magnitude = 0.001 / (square * sqrt(square));
                for (int k = 0; k < 3; k++) v[i][k] -= d[k] * mass[j] * magnitude, v[j][k] += d[k] * mass[i] * magnitude;
            }
        for (int i = 0; i < BODIES; i++)
            for (int k = 0; k < 3; k++) x[i][k] += 0.001 * v[i][k];
    }
    return bits(x[0][0]);
}

static u64 matmul(void) {
    enum { SIDE = 200, ROUNDS = 12 };
    static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) a[i][j] = (double)(next() >> 11) / 9e15, b[i][j] = (double)(next() >> 11) / 9e15;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) {
                double cell = 0;
                for (int k = 0; k < SIDE; k++) cell += a[i][k] * b[k][j];
                c[i][j] = cell;
            }
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) a[i][j] = c[i][j] / (1 + c[i][i]);
    }
    return bits(c[0][0] + c[SIDE - 1][SIDE - 1]);
}

// The spectral norm of the infinite matrix with entries 1 / ((i + j) (i + j + 1) / 2 + i + 1), by the power method.
enum { ORDER = 420 };

static double entry(int i, int j) {
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(const double *from, double *to, bool transposed) {
    for (int i = 0; i < ORDER; i++) {
        double sum = 0;
        for (int j = 0; j < ORDER; j++) sum += (transposed ? entry(j, i) : entry(i, j)) * from[j];
        to[i] = sum;
    }
}

static u64 spectral(void) {
    static double u[ORDER], v[ORDER], half[ORDER];
    for (int i = 0; i < ORDER; i++) u[i] = 1;
    for (int round = 0; round < 90; round++) {
        multiply(u, half, false), multiply(half, v, true);
        multiply(v, half, false), multiply(half, u, true);
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < ORDER; i++) uv += u[i] * v[i], vv += v[i] * v[i];
    return bits(sqrt(uv / vv));
}

const struct workload FLOATS[] = {
    {"float", "nbody", NULL, nbody},
    {"float", "matmul", NULL, matmul},
    {"float", "spectral", NULL, spectral},
    {0},
};
