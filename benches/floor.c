/* floor.c: the floor under the benchmark, as short as honest C can be.
 *
 * Maps an .npy file of (N,2) little-endian f32 pairs, counts the points into one private u32 grid per
 * thread with the exact rule floor((double(x) - x0) * n / (x1 - x0)), merges the grids, prints the total.
 * No picture, no accounting, no formats: what is left is the price of reading and counting.
 *
 *     cc -O3 -march=native -pthread floor.c -o floor -lm
 *     ./floor FILE.npy N X0 X1 Y0 Y1 [plain|batched [THREADS [GRID.u32]]]
 *
 * The grid is N by N, row 0 the lowest y; GRID.u32, when given, receives it (raw, row-major).
 * `plain` is the loop anyone would write. `batched` computes a batch of cell numbers first and counts
 * afterwards, so that the arithmetic vectorises: the harder floor. In both, a row is padded by
 * 16 counters, so that no stride is a power of two.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 2048, PAD = 16, MAX_THREADS = 64 };

static const float *points;
static double x0, x1, y0, y1;
static int size, stride;

struct job {
    size_t begin, end;
    uint32_t *grid;
};

static void *count_plain(void *argument) {
    struct job *job = argument;
    const double n = size;
    for (size_t i = job->begin; i < job->end; i++) {
        const double fx = ((double)points[2 * i] - x0) * n / (x1 - x0);
        const double fy = ((double)points[2 * i + 1] - y0) * n / (y1 - y0);
        /* Inside, truncation is floor; NaN fails each comparison. */
        if (fx >= 0 && fx < n && fy >= 0 && fy < n)
            job->grid[(int)fy * stride + (int)fx]++;
    }
    return NULL;
}

static void *count_batched(void *argument) {
    struct job *job = argument;
    int32_t cells[BATCH];
    const double n = size;
    /* The cell after the last one takes every point outside. */
    const int32_t outside = size * stride;
    for (size_t at = job->begin; at < job->end; at += BATCH) {
        const size_t left = job->end - at;
        const int m = left < BATCH ? (int)left : BATCH;
        const float *p = points + 2 * at;
        for (int i = 0; i < m; i++) {
            const double fx = ((double)p[2 * i] - x0) * n / (x1 - x0);
            const double fy = ((double)p[2 * i + 1] - y0) * n / (y1 - y0);
            const int inside = (fx >= 0) & (fx < n) & (fy >= 0) & (fy < n);
            const int32_t column = (int32_t)(inside ? fx : 0), row = (int32_t)(inside ? fy : 0);
            cells[i] = inside ? row * stride + column : outside;
        }
        for (int i = 0; i < m; i++)
            job->grid[cells[i]]++;
    }
    return NULL;
}

static void die(const char *what) {
    perror(what);
    exit(2);
}

int main(int argc, char **argv) {
    if (argc < 7) {
        fprintf(stderr, "usage: floor FILE.npy N X0 X1 Y0 Y1 [plain|batched [THREADS [GRID.u32]]]\n");
        return 2;
    }
    size = atoi(argv[2]);
    stride = size + PAD;
    x0 = atof(argv[3]), x1 = atof(argv[4]), y0 = atof(argv[5]), y1 = atof(argv[6]);
    const char *mode = argc > 7 ? argv[7] : "plain";
    const int threads = argc > 8 ? atoi(argv[8]) : 2;
    if (size < 1 || size > 32768 || threads < 1 || threads > MAX_THREADS) {
        fprintf(stderr, "floor: N must be 1..32768 and THREADS 1..%d\n", MAX_THREADS);
        return 2;
    }
    void *(*count)(void *) = strcmp(mode, "plain") == 0     ? count_plain
                             : strcmp(mode, "batched") == 0 ? count_batched
                                                            : NULL;
    if (!count) {
        fprintf(stderr, "floor: the mode is plain or batched, not %s\n", mode);
        return 2;
    }

    int file = open(argv[1], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0)
        die(argv[1]);
    const unsigned char *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (map == MAP_FAILED)
        die(argv[1]);
    if (status.st_size < 12 || memcmp(map, "\x93NUMPY", 6) != 0) {
        fprintf(stderr, "floor: not an npy file: %s\n", argv[1]);
        return 2;
    }
    /* Version 1 has a two-byte header length, later versions four; the script vouches for the dtype. */
    const size_t header = map[6] == 1 ? 10 + (size_t)(map[8] | map[9] << 8)
                                      : 12 + (size_t)(map[8] | map[9] << 8 | map[10] << 16);
    points = (const float *)(map + header);
    const size_t rows = ((size_t)status.st_size - header) / (2 * sizeof(float));

    const size_t cells = (size_t)size * (size_t)stride + 1;
    pthread_t handles[MAX_THREADS];
    struct job jobs[MAX_THREADS];
    for (int t = 0; t < threads; t++) {
        jobs[t].begin = rows * (size_t)t / (size_t)threads;
        jobs[t].end = rows * (size_t)(t + 1) / (size_t)threads;
        jobs[t].grid = calloc(cells, sizeof(uint32_t));
        if (!jobs[t].grid || pthread_create(&handles[t], NULL, count, &jobs[t]) != 0)
            die("starting a thread");
    }
    for (int t = 0; t < threads; t++)
        pthread_join(handles[t], NULL);

    uint64_t total = 0;
    uint32_t *merged = jobs[0].grid;
    for (size_t c = 0; c + 1 < cells; c++) {
        for (int t = 1; t < threads; t++)
            merged[c] += jobs[t].grid[c];
        total += merged[c];
    }
    if (argc > 9) {
        FILE *out = fopen(argv[9], "wb");
        if (!out)
            die(argv[9]);
        for (int row = 0; row < size; row++)
            if (fwrite(merged + (size_t)row * (size_t)stride, sizeof(uint32_t), (size_t)size, out) != (size_t)size)
                die(argv[9]);
        if (fclose(out) != 0)
            die(argv[9]);
    }
    printf("%llu\n", (unsigned long long)total);
    return 0;
}
