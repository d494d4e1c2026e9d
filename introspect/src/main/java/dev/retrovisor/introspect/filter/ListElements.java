package dev.retrovisor.introspect.filter;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/** What lists and optionals in records hold. */
final class ListElements {
    private ListElements() {}

    /** The records among the type arguments of a component. */
    static List<Class<?>> records(RecordComponent component) {
        var records = new ArrayList<Class<?>>();
        if (component.getGenericType() instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                if (argument instanceof Class<?> type && type.isRecord()) {
                    records.add(type);
                }
            }
        }
        return records;
    }
}
