/// The configuration file: YAML to validated records, every fault in one sentence, and its
/// reload.
@NullMarked
package org.surehop.adapter.configfile;

import org.jspecify.annotations.NullMarked;
