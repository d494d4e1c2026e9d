package dev.retrovisor.introspect.isf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.introspect.types.Prototype;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written as a symbol file is what is read from it, and nothing else is taken for one. */
class IsfTest {
    private static final String BANNER = "Linux version 6.12.1 (\u001b[31mforged\"\\) #1";
    private static final String TYPES = """
            {"metadata": {"format": "6.2.0"}, "symbols": {}, "enums": {"color": {"size": 4, "base": "unsigned int",
              "constants": {"RED": 0, "BLUE": -1}}},
             "base_types": {"int": {"size": 4, "signed": true, "kind": "int", "endian": "little"},
              "unsigned int": {"size": 4, "signed": false, "kind": "int", "endian": "little"}},
             "user_types": {
              "task_struct": {"kind": "struct", "size": 32, "fields": {
                "pid": {"offset": 0, "type": {"kind": "base", "name": "int"}},
                "low": {"offset": 4, "type": {"kind": "bitfield", "bit_position": 3, "bit_length": 5,
                  "type": {"kind": "base", "name": "unsigned int"}}},
                "unnamed_field_0": {"offset": 8, "anonymous": true, "type": {"kind": "union", "name": "unnamed_1"}},
                "parent": {"offset": 16, "type": {"kind": "pointer",
                  "subtype": {"kind": "struct", "name": "task_struct"}}},
                "hues": {"offset": 24, "type": {"kind": "array", "count": 2,
                  "subtype": {"kind": "enum", "name": "color"}}}}},
              "unnamed_1": {"kind": "union", "size": 8, "fields": {
                "inner": {"offset": 0, "type": {"kind": "base", "name": "int"}},
                "opaque": {"offset": 0, "type": {"kind": "pointer",
                  "subtype": {"kind": "struct", "name": "nowhere"}}}}}}}
            """;

    private static Isf read(String json) {
        try {
            return IsfReader.read("kernel.json", new StringReader(json));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String write(KernelFacts facts) {
        try {
            var out = new StringWriter();
            IsfWriter.write(facts, new IsfWriter.Producer("test", "1"), out);
            return out.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KernelFacts facts(Types types) {
        Symbols symbols = Symbols.of(List.of(
                new Symbol("_start", 0xffff_ffff_8000_0000L, 'T'),
                new Symbol("helper", 0xffff_ffff_8000_0100L, 't'),
                new Symbol("helper", 0xffff_ffff_8000_0200L, 't'),
                new Symbol("init_task", 0xffff_ffff_8100_0000L, 'D'),
                new Symbol("linux_banner", 0xffff_ffff_8100_1000L, 'R')));
        return new KernelFacts(BANNER, symbols, types, 0);
    }

    @Test
    void membersBitFieldsAndAnonymousUnionsComeBack() {
        StructLayout task = read(write(facts(read(TYPES).types()))).types().struct("task_struct");

        assertThat(task.sizeBytes()).isEqualTo(32);
        Field low = task.field("low");
        assertThat(low.bitOffset()).isEqualTo(35);
        assertThat(low.bitSize()).isEqualTo(5);
        assertThat(task.field("inner").offsetBytes())
                .as("of the anonymous union")
                .isEqualTo(8);
        assertThat(task.field("inner").type()).isEqualTo(new CType.Scalar("int", 4, true));
        assertThat(((CType.Pointer) task.field("parent").type()).target().get()).isEqualTo(new CType.Struct(task));
        assertThat(((CType.Pointer) task.field("opaque").type()).target().get())
                .isEqualTo(new CType.Incomplete("nowhere"));
        assertThat(task.field("hues").type()).isEqualTo(new CType.Array(new CType.Enumerated("color", 4, false), 2));
    }

    @Test
    void constantsComeBackInTheirEnumeration() {
        Types types = read(write(facts(read(TYPES).types()))).types();

        assertThat(types.enumerations()).containsExactly("color");
        assertThat(types.constant("BLUE")).isEqualTo(-1);
        assertThatThrownBy(() -> types.constant("GREEN")).isInstanceOf(MissingTypeException.class);
    }

    @Test
    void symbolsComeBackWithUnsignedAddressesAlsoWhereTwoShareAName() {
        String json = write(facts(Types.NONE));

        assertThat(read(json).symbols().all().map(symbol -> symbol.name() + " " + Long.toHexString(symbol.address())))
                .containsExactly(
                        "_start ffffffff80000000",
                        "helper ffffffff80000100",
                        "helper ffffffff80000200",
                        "init_task ffffffff81000000",
                        "linux_banner ffffffff81001000");
        assertThat(read(json).symbols().all().filter(Symbol::isText)).hasSize(3);
        assertThat(json).as("as a number without a sign").contains("18446744071562067968");
    }

    @Test
    void theBannerStandsInItsSymbolAsTheKernelHasIt() {
        JsonObject json = JsonParser.parseString(write(facts(Types.NONE))).getAsJsonObject();

        String data = json.getAsJsonObject("symbols")
                .getAsJsonObject("linux_banner")
                .get("constant_data")
                .getAsString();
        assertThat(new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8))
                .isEqualTo(BANNER + "\n\0");
        assertThat(read(json.toString()).banner()).isEqualTo(BANNER);
    }

    @Test
    void twoStructuresOfOneTagStayTwo() {
        var first = new StructLayout("state", false, 4, List::of);
        var second = new StructLayout("state", false, 8, List::of);
        Types types = read(TYPES).types();
        var both = new StructLayout(
                "both",
                false,
                12,
                () -> List.of(
                        new Field("a", 0, 0, new CType.Struct(first)),
                        new Field("b", 32, 0, new CType.Struct(second))));

        StructLayout read = read(write(facts(new OneMore(types, both)))).types().struct("both");

        assertThat(read.field("a").type().sizeBytes()).isEqualTo(4);
        assertThat(read.field("b").type().sizeBytes()).isEqualTo(8);
        assertThat(((CType.Struct) read.field("b").type()).layout().name()).isEqualTo("state");
    }

    /** Types with a structure more. */
    private record OneMore(Types types, StructLayout more) implements Types {
        @Override
        public Optional<StructLayout> findStruct(String name) {
            return name.equals(more.name()) ? Optional.of(more) : types.findStruct(name);
        }

        @Override
        public Optional<Prototype> findFunction(String name) {
            return types.findFunction(name);
        }

        @Override
        public Optional<CType> findTypedef(String name) {
            return types.findTypedef(name);
        }

        @Override
        public Optional<Map<String, Long>> enumeration(String name) {
            return types.enumeration(name);
        }

        @Override
        public Optional<Long> findConstant(String name) {
            return types.findConstant(name);
        }

        @Override
        public Stream<StructLayout> structs() {
            return Stream.of(more);
        }

        @Override
        public List<String> enumerations() {
            return types.enumerations();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}",
                "{\"metadata\": {\"format\": \"4.0.0\"}}",
                "{\"metadata\": {\"format\": \"6.2.0\"}, \"symbols\": {\"a\": {\"address\": 1.5}}}",
                "{\"metadata\": {\"format\": \"6.2.0\"}, \"symbols\": {\"a\": {\"address\": true}}}",
                "{\"metadata\": {\"format\": \"6.2.0\"}, \"base_types\": {\"int\": {\"endian\": \"big\"}}}",
                "{\"metadata\": {\"format\": \"6.2.0\"}, \"user_types\": {\"a\": {\"size\": -1}}}",
                "{\"metadata\": {\"format\": \"6.2.0\"}, \"symbols\": {\"linux_banner\": {\"constant_data\": \"%\"}}}"
            })
    void whatIsNoSymbolFileIsRefusedWithItsName(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IsfFormatException.class)
                .hasMessageContaining("kernel.json");
    }

    @Test
    void aStructureThatContainsItselfIsRefused() {
        String json = """
                {"metadata": {"format": "6.2.0"}, "user_types": {"a": {"size": 8, "fields": {"": {"offset": 0,
                "anonymous": true, "type": {"kind": "array", "count": 1, "subtype": {"kind": "struct", "name": "a"}}}}}}}
                """;

        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IsfFormatException.class)
                .hasMessageContaining("contains");
    }

    @Test
    void pointersToPointersWithoutEndAreRefused() {
        String json = "{\"metadata\": {\"format\": \"6.2.0\"}, \"symbols\": {\"a\": {\"type\": "
                + "{\"kind\": \"pointer\", \"subtype\": ".repeat(100) + "{}" + "}".repeat(100) + "}}}";

        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IsfFormatException.class)
                .hasMessageContaining("deeper");
    }
}
