/// The service manager of the box: tells systemd that the gateway is ready, and that it still lives
/// (sd_notify protocol).
@NullMarked
package org.surehop.adapter.systemd;

import org.jspecify.annotations.NullMarked;
