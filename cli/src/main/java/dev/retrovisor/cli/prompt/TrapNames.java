package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.NearWords;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.machine.hart.Cause;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Words for the causes of traps. */
final class TrapNames {
    private static final Map<String, Integer> EXCEPTIONS = new LinkedHashMap<>();
    private static final Map<String, Integer> INTERRUPTS = new LinkedHashMap<>();

    static {
        EXCEPTIONS.put("instruction-access-fault", Cause.INSTRUCTION_ACCESS_FAULT);
        EXCEPTIONS.put("illegal-instruction", Cause.ILLEGAL_INSTRUCTION);
        EXCEPTIONS.put("breakpoint", Cause.BREAKPOINT);
        EXCEPTIONS.put("load-misaligned", Cause.LOAD_MISALIGNED);
        EXCEPTIONS.put("load-access-fault", Cause.LOAD_ACCESS_FAULT);
        EXCEPTIONS.put("store-misaligned", Cause.STORE_MISALIGNED);
        EXCEPTIONS.put("store-access-fault", Cause.STORE_ACCESS_FAULT);
        EXCEPTIONS.put("ecall-user", Cause.ECALL_FROM_USER);
        EXCEPTIONS.put("ecall-supervisor", Cause.ECALL_FROM_SUPERVISOR);
        EXCEPTIONS.put("ecall-machine", Cause.ECALL_FROM_MACHINE);
        EXCEPTIONS.put("instruction-page-fault", Cause.INSTRUCTION_PAGE_FAULT);
        EXCEPTIONS.put("load-page-fault", Cause.LOAD_PAGE_FAULT);
        EXCEPTIONS.put("store-page-fault", Cause.STORE_PAGE_FAULT);
        // Privileged spec, "Supervisor Cause Register": codes of interrupts.
        INTERRUPTS.put("software", 1);
        INTERRUPTS.put("machine-software", 3);
        INTERRUPTS.put("timer", 5);
        INTERRUPTS.put("machine-timer", 7);
        INTERRUPTS.put("external", 9);
        INTERRUPTS.put("machine-external", 11);
    }

    private TrapNames() {}

    static String exceptions() {
        return String.join(", ", EXCEPTIONS.keySet());
    }

    static String interrupts() {
        return String.join(", ", INTERRUPTS.keySet());
    }

    /** The bit of an exception by its word or code. */
    static long exception(String word) {
        return bit(word, EXCEPTIONS, "exception");
    }

    /** The bit of an interrupt by its word or code. */
    static long interrupt(String word) {
        return bit(word, INTERRUPTS, "interrupt");
    }

    private static long bit(String word, Map<String, Integer> codes, String kind) {
        if (word.matches("[0-9]|[1-5][0-9]|6[0-3]")) {
            return 1L << Integer.parseInt(word);
        }
        Integer code = codes.get(word);
        if (code == null) {
            throw new UserMistake("there is no %s '%s'%s; there are %s"
                    .formatted(kind, word, NearWords.hint(word, codes.keySet()), String.join(", ", codes.keySet())));
        }
        return 1L << code;
    }

    /** The word of a cause as mcause has it. */
    static String name(long cause) {
        boolean isInterrupt = cause < 0;
        int code = (int) cause & 63;
        Map<String, Integer> codes = isInterrupt ? INTERRUPTS : EXCEPTIONS;
        String word = codes.entrySet().stream()
                .filter(entry -> entry.getValue() == code)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining());
        String known = word.isEmpty() ? "cause " + code : word;
        return isInterrupt ? known + " interrupt" : known;
    }
}
