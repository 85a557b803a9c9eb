package org.surehop.testing;

import java.util.Arrays;

/// A record with one component changed, so that a test need not name all the others.
public final class Changed {
    private Changed() {}

    /// The same record but for that component.
    public static <R extends Record> R with(R record, String component, Object value) {
        try {
            var parts = record.getClass().getRecordComponents();
            var values = new Object[parts.length];
            for (int i = 0; i < parts.length; i++) {
                var accessor = parts[i].getAccessor();
                accessor.setAccessible(true);
                values[i] = parts[i].getName().equals(component) ? value : accessor.invoke(record);
            }
            var types = Arrays.stream(parts).map(p -> p.getType()).toArray(Class[]::new);
            @SuppressWarnings("unchecked")
            var changed = (R) record.getClass().getDeclaredConstructor(types).newInstance(values);
            return changed;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("changing " + component + " of " + record.getClass(), e);
        }
    }
}
