/// All calls: routing of events, deadlines, limits, counters, the snapshot, and the two ports.
///
/// [Gateway] takes one [Event] and gives back [Effect]s; each desk does one thing of it. By
/// subject:
///
/// * **The ports.** [Event] comes in by [EventSink], [Effect] goes out by [EffectHandler];
///   [Deadline], [Entropy]; [Snapshot] and [Status] are what others may read. A [Turn] is the
///   handling of one event, with its [Tokens]; [Desks] holds the desks, [Reporter] counts and
///   tells.
/// * **A request at the door.** [FrontDesk] meets it, [Doorkeeper] asks who it is, [Enquiry]
///   answers OPTIONS, [EmergencyDesk] lets calls for help pass, [Routing] and [LocationDesk]
///   choose the way, [Admission] says whether it may cross; a [Rejection] says why not.
/// * **Across the border.** [PassageDesk] runs each [Passage] ([Underway] finds it): [Reading]
///   has the body read, [Onward] sends it on, [Homeward] brings the answer; [Crossing] and
///   [Transparent] say what changes on a message, [Answers] what the asking side is told
///   ([StatusPhrase]); [Failover] tries the next target, [Undoing] ends what nobody can have.
/// * **Transactions.** [TransactionDesk], by [ServerKey] and [TransactionKey].
/// * **Dialogs.** [DialogDesk] finds them. [CallDesk] keeps [Call]s, [SubscriptionDesk] keeps
///   [Subscription]s, both a [Relation] of two legs on [Terms]; [AckDesk] carries ACK,
///   [OfferDesk] offers and answers of a [Session], [TrickleDesk] candidates that come later;
///   [Expires] reads durations, [Renumbering] maps numbers.
/// * **Bodies.** [MessageDesk] (messages and the archive), [IdentityDesk], [TunnelDesk] (signed
///   copies), [ProtectionDesk] (less than before), and the [KeyBudget] of private-key
///   operations.
/// * **Assurance.** [AssuranceDesk] gathers evidence in [HopTrack]s ([HopWords]) and gives
///   verdicts; [NotifyDesk] sends and takes NOTIFYs ([Upstream], [Deaf], [BadNotifies]);
///   [CollectorDesk] serves [Watch]es of [Watcher]s from what was [Told] ([SubscribeFault]);
///   [InjectionDesk] asks on behalf of others ([Demand], [Injecting], [Recall], [Unheard]);
///   [Veil] and [VeiledRows] hide topology.
/// * **Pinholes.** [PinholeDesk] turns a [PinholeWish] into a [PinholeJob] and tells its
///   [PinholeStory]; [UnseenDesk] for descriptions that nobody has read; [NatDesk] for places
///   outside; [MidcomDesk] for agents of other boxes; [CallRules] and [PolicyRules] for
///   managers (RFC 5190).
@NullMarked
package org.surehop.core.gateway;

import org.jspecify.annotations.NullMarked;
