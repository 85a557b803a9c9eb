package org.surehop.runtime;

import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EffectHandler;

/// Which adapter does what. Handlers are called on the loop thread and must not block.
public record Ports(
        EffectHandler<Effect.SendRequest> requests,
        EffectHandler<Effect.SendResponse> responses,
        EffectHandler<Effect.CloseConnection> connections,
        EffectHandler<Effect.OpenBody> bodies,
        EffectHandler<Effect.ForgetKeys> contentKeys,
        EffectHandler<Effect.ReadMessage> messages,
        EffectHandler<Effect.ReadLocation> locations,
        EffectHandler<Effect.KeepEntry> archive,
        EffectHandler<Effect.SettleEntry> outcomes,
        EffectHandler<Effect.ReadHopReport> reportReader,
        EffectHandler<Effect.MakeHopReport> reportMaker,
        EffectHandler<Effect.SignBody> signer,
        EffectHandler<Effect.ApplyRuleSet> firewall,
        EffectHandler<Effect.Report> notices,
        EffectHandler<Effect.Record> stories,
        EffectHandler<Effect.TellAgent> agents) {}
