package dev.retrovisor.cli.gdb;

/** Text in XML. */
final class XmlText {
    private XmlText() {}

    /** Any text, a guest's too: what XML has no place for is left out. */
    static String of(String text) {
        var escaped = new StringBuilder();
        text.codePoints().forEach(each -> {
            switch (each) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                default -> {
                    if (each >= ' ' && each < 0x7f) {
                        escaped.appendCodePoint(each);
                    } else {
                        escaped.append('?');
                    }
                }
            }
        });
        return escaped.toString();
    }
}
