package org.surehop.core.gateway;

/// How adapters listen: called on the loop thread, must not block.
@FunctionalInterface
public interface EffectHandler<E extends Effect> {
    void handle(E effect);
}
