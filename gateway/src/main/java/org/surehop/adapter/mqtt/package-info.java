/// MQTT 5 telemetry, publish only: events from the journal, and a retained status with a will.
@NullMarked
package org.surehop.adapter.mqtt;

import org.jspecify.annotations.NullMarked;
