/// What the gateway tells people: notices, their kinds and reasons, and the record of a call.
/// One vocabulary for SIP Warning, journal, SNMP and MQTT.
@NullMarked
package org.surehop.core.report;

import org.jspecify.annotations.NullMarked;
