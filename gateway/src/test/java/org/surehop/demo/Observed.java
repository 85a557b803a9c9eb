package org.surehop.demo;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What was seen during the play.
///
/// @param replaced the keys of the shipped configuration that were given another value
/// @param heard Bob's last line: how much media came before BYE and after it
/// @param after what the kernel held after BYE; empty without a kernel firewall
/// @param story what `surehop explain` printed
/// @param log what the gateway process wrote
/// @param stopped whether the gateway said by MQTT that it ended in good order
record Observed(
        List<String> replaced,
        Call call,
        String heard,
        Optional<PinholeView> after,
        List<String> story,
        List<MqttListener.Message> messages,
        List<TrapReceiver.Received> traps,
        List<String> log,
        boolean stopped) {

    /// The probe's exit code, words and JSON, and the kernel's pinholes while the call was up.
    record Call(
            int exitCode,
            List<String> lines,
            Map<String, String> report,
            Optional<PinholeView> during) {
        long number(String key) {
            return Long.parseLong(report.getOrDefault(key, "-1"));
        }
    }
}
