package dev.retrovisor.guests;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a kernel module says of itself in its ELF section {@code .modinfo}: strings {@code key=value}, each ended by a
 * NUL (Linux, include/linux/moduleparam.h). Names have underscores where file names may have dashes.
 *
 * @param dependencies modules that must be loaded before, by name
 * @param softDependencies names or aliases that should be loaded before where they exist
 * @param aliases what the module answers to, patterns among them
 */
record ModuleInfo(List<String> dependencies, List<String> softDependencies, List<String> aliases) {
    private static final int ELF64_HEADER_BYTES = 64;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int ELF_MAGIC = 0x7f454c46;

    static String normalName(String name) {
        return name.replace('-', '_');
    }

    static ModuleInfo read(byte[] module, String file) {
        List<String> dependencies = new ArrayList<>();
        List<String> softDependencies = new ArrayList<>();
        List<String> aliases = new ArrayList<>();
        for (String pair : modinfo(module, file).split("\0")) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                continue;
            }
            String value = pair.substring(equals + 1);
            switch (pair.substring(0, equals)) {
                case "depends" -> addWords(dependencies, value, ",");
                case "alias" -> aliases.add(value);
                case "softdep" -> {
                    // "pre: a b post: c"; what is to come after is nobody's need at boot.
                    if (value.startsWith("pre:")) {
                        addWords(softDependencies, value.substring(4).replaceFirst("post:.*", ""), "\\s+");
                    }
                }
                default -> {}
            }
        }
        return new ModuleInfo(List.copyOf(dependencies), List.copyOf(softDependencies), List.copyOf(aliases));
    }

    private static void addWords(List<String> target, String value, String separator) {
        for (String word : value.strip().split(separator)) {
            if (!word.isEmpty()) {
                target.add(normalName(word));
            }
        }
    }

    private static String modinfo(byte[] module, String file) {
        ByteBuffer elf = ByteBuffer.wrap(module).order(ByteOrder.LITTLE_ENDIAN);
        if (module.length < ELF64_HEADER_BYTES || ByteBuffer.wrap(module).getInt() != ELF_MAGIC || module[4] != 2) {
            throw new GuestFormatException(file, 0, "something else", "a 64-bit ELF module");
        }
        long tableOffset = elf.getLong(0x28);
        int count = Short.toUnsignedInt(elf.getShort(0x3c));
        int namesIndex = Short.toUnsignedInt(elf.getShort(0x3e));
        if (tableOffset < 0
                || tableOffset + (long) count * SECTION_HEADER_BYTES > module.length
                || namesIndex >= count) {
            throw new GuestFormatException(file, 0x28, "a section table outside the file", "one inside it");
        }
        Section names = section(elf, (int) tableOffset, namesIndex, file);
        for (int i = 0; i < count; i++) {
            Section section = section(elf, (int) tableOffset, i, file);
            if (text(module, names, section.nameOffset(), file).equals(".modinfo")) {
                return new String(module, section.offsetBytes(), section.sizeBytes(), StandardCharsets.UTF_8);
            }
        }
        throw new GuestFormatException(file, tableOffset, "no section .modinfo", "one in each module");
    }

    private record Section(int nameOffset, int offsetBytes, int sizeBytes) {}

    private static Section section(ByteBuffer elf, int tableOffset, int index, String file) {
        int at = tableOffset + index * SECTION_HEADER_BYTES;
        // SHT_NOBITS (8) sections have a size but no bytes in the file.
        long size = elf.getInt(at + 4) == 8 ? 0 : elf.getLong(at + 0x20);
        long offset = elf.getLong(at + 0x18);
        if (offset < 0 || size < 0 || offset > elf.limit() || size > elf.limit() - offset) {
            throw new GuestFormatException(file, at, "section " + index + " outside the file", "one inside it");
        }
        return new Section(elf.getInt(at), (int) offset, (int) size);
    }

    private static String text(byte[] module, Section names, int offset, String file) {
        int end = offset;
        while (end >= 0 && end < names.sizeBytes() && module[names.offsetBytes() + end] != 0) {
            end++;
        }
        if (offset < 0 || end >= names.sizeBytes()) {
            throw new GuestFormatException(file, names.offsetBytes(), "a section name without end", "a NUL after it");
        }
        return new String(module, names.offsetBytes() + offset, end - offset, StandardCharsets.ISO_8859_1);
    }
}
