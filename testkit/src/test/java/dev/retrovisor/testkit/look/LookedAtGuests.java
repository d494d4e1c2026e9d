package dev.retrovisor.testkit.look;

import dev.retrovisor.machine.board.PagingMode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Gives a test its guests: one hart and several, small and large address spaces. All tests share them. */
final class LookedAtGuests implements TestTemplateInvocationContextProvider {
    private static final Namespace NAMESPACE = Namespace.create(LookedAtGuests.class);
    private static final List<Guest> GUESTS = List.of(new Guest(1, PagingMode.SV48), new Guest(4, PagingMode.SV39));

    private record Guest(int harts, PagingMode paging) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "%d harts, %s".formatted(harts, paging);
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new ParameterResolver() {
                @Override
                public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
                    return parameter.getParameter().getType() == Look.class;
                }

                @Override
                public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
                    return context.getRoot()
                            .getStore(NAMESPACE)
                            .computeIfAbsent(Guest.this, _ -> Look.at(harts, paging), Look.class);
                }
            });
        }
    }

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        return GUESTS.stream().map(TestTemplateInvocationContext.class::cast);
    }
}
