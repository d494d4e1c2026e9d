// Executes loops over floating-point operands for the differential test of the translator: from standard input come a
// header, the loop's code and its inputs, as often as there are any; to standard output goes what the loop has stored.
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

struct header {
    uint64_t code_bytes; // the loop ends with a jump through a7
    uint64_t frm;
    uint64_t input_bytes;
    uint64_t output_bytes;
};

enum { CODE_BYTES = 4096, DATA_BYTES = 1 << 20 };

static uint8_t inputs[DATA_BYTES] __attribute__((aligned(16)));
static uint8_t outputs[DATA_BYTES] __attribute__((aligned(16)));

extern void run(const void *inputs, void *outputs, const void *inputs_end, const void *loop, uint64_t frm);

// Returns 0 at the end of the input.
static int read_fully(void *to, uint64_t bytes) {
    for (uint64_t done = 0; done < bytes;) {
        ssize_t got = read(0, (uint8_t *)to + done, bytes - done);
        if (got <= 0) {
            return 0;
        }
        done += got;
    }
    return 1;
}

static int write_fully(const void *from, uint64_t bytes) {
    for (uint64_t done = 0; done < bytes;) {
        ssize_t put = write(1, (const uint8_t *)from + done, bytes - done);
        if (put <= 0) {
            return 0;
        }
        done += put;
    }
    return 1;
}

int main(void) {
    void *code = mmap(0, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct header header;
    while (read_fully(&header, sizeof header)) {
        if (header.code_bytes > CODE_BYTES || header.input_bytes > DATA_BYTES || header.output_bytes > DATA_BYTES
                || !read_fully(code, header.code_bytes) || !read_fully(inputs, header.input_bytes)) {
            return 2;
        }
        __builtin___clear_cache(code, (char *)code + header.code_bytes);
        alarm(60); // a loop that does not end ends the program
        run(inputs, outputs, inputs + header.input_bytes, code, header.frm);
        if (!write_fully(outputs, header.output_bytes)) {
            return 3;
        }
    }
    return 0;
}
