package import ControlAPI

/// Renders what the daemon knows as Prometheus' text format, version 0.0.4. A metric without any sample is left out.
package enum Metrics {
    package static func render(
        statuses: [GuestStatus], budget: BudgetStatus? = nil, events: [EventCount]
    ) -> String {
        var families = gauges.map { gauge in
            family(gauge.name, .gauge, gauge.help, statuses) { family, guest in
                if let value = gauge.value(guest) { family.add(["guest": guest.name], value) }
            }
        }
        families.append(states(statuses))
        families.append(features(statuses))
        families += counters.map { counter in
            family(counter.name, .counter, counter.help, statuses) {
                $0.add(["guest": $1.name], counter.value($1.counters))
            }
        }
        families += StatisticMetrics.families(statuses)
        if let budget { families += BudgetMetrics.families(budget) }
        families.append(eventFamily(events))
        return families.filter { !$0.isEmpty }.map(\.text).joined()
    }

    private struct Gauge: Sendable {
        let name: String
        let help: String
        let value: @Sendable (GuestStatus) -> Double?

        init(_ name: String, _ help: String, _ value: @escaping @Sendable (GuestStatus) -> Double?) {
            self.name = name
            self.help = help
            self.value = value
        }
    }

    private struct Counter: Sendable {
        let name: String
        let help: String
        let value: @Sendable (Counters) -> UInt64

        init(_ name: String, _ help: String, _ value: @escaping @Sendable (Counters) -> UInt64) {
            self.name = name
            self.help = help
            self.value = value
        }
    }

    private static let gauges = [
        Gauge("aerostat_guest_connected", "1 while a VMM is connected.") { $0.link == .waiting ? 0 : 1 },
        Gauge("aerostat_guest_driver_ready", "1 while the guest's driver runs.") { $0.link == .driverReady ? 1 : 0 },
        Gauge("aerostat_guest_max_bytes", "The guest's memory, as it says, of what its VMM shares.") {
            $0.max.map(bytes)
        },
        Gauge("aerostat_guest_shared_bytes", "What the guest's VMM shares, where that is not its memory.") {
            $0.shared.map(bytes)
        },
        Gauge("aerostat_guest_sees_bytes", "Memory that the guest may use: max less held.") { $0.sees.map(bytes) },
        Gauge("aerostat_guest_requested_bytes", "The balloon that the operator asked for.") {
            $0.requested.map(bytes)
        },
        Gauge("aerostat_guest_target_bytes", "The balloon that the guest is asked for now.") { bytes($0.target) },
        Gauge("aerostat_guest_reported_bytes", "The balloon by the guest's own account.") { bytes($0.reported) },
        Gauge("aerostat_guest_held_bytes", "The balloon as counted from the queues.") { bytes($0.held) },
        Gauge("aerostat_guest_released_bytes", "What the balloon holds and the host has now.") {
            bytes($0.released)
        },
        Gauge("aerostat_guest_pending_bytes", "What the balloon holds and the host will have soon.") {
            bytes($0.pending)
        },
        Gauge("aerostat_guest_host_uses_bytes", "Memory that the host really spends on the guest.") {
            $0.hostUses.map(bytes)
        },
        Gauge("aerostat_guest_retry_seconds", "Time until the balloon is tried again.") { $0.retrySeconds },
        Gauge("aerostat_guest_problems", "How many things are wrong with the guest's set-up.") {
            Double($0.problems.count)
        },
        Gauge("aerostat_guest_statistics_age_seconds", "Time since the newest statistics arrived.") {
            $0.statistics.ageSeconds
        },
        Gauge("aerostat_guest_statistics_interval_seconds", "Time between requests for statistics; 0: none are sent.") {
            $0.statistics.intervalSeconds
        },
    ]

    private static func bytes(_ size: ByteSize) -> Double { Double(size.bytes) }

    private static let counters = [
        Counter("aerostat_guest_inflated_bytes_total", "Memory that went into the balloon.") {
            $0.inflatedBytes.bytes
        },
        Counter("aerostat_guest_deflated_bytes_total", "Memory that left the balloon.") { $0.deflatedBytes.bytes },
        Counter("aerostat_guest_unsolicited_bytes_total", "Memory that the guest took back though nobody asked.") {
            $0.unsolicitedBytes.bytes
        },
        Counter("aerostat_guest_reported_free_bytes_total", "Memory that the guest reported free.") {
            $0.reportedFreeBytes.bytes
        },
        Counter("aerostat_guest_hinted_free_bytes_total", "Memory that the guest hinted to be free.") {
            $0.hintedFreeBytes.bytes
        },
        Counter("aerostat_guest_discarded_bytes_total", "Memory that was given back to the host.") {
            $0.discardedBytes.bytes
        },
        Counter("aerostat_guest_discard_calls_total", "Calls that gave memory back to the host.") { $0.discardCalls },
        Counter("aerostat_guest_discard_failures_total", "Calls that should have given memory back, and failed.") {
            $0.discardFailures
        },
        Counter("aerostat_guest_populated_bytes_total", "Memory brought in for the guest as it left the balloon.") {
            $0.populatedBytes.bytes
        },
        Counter("aerostat_guest_bad_pages_total", "Page numbers that were refused.") { $0.badPages },
        Counter("aerostat_guest_bad_chains_total", "Descriptor chains that were refused and returned.") {
            $0.badChains
        },
        Counter(
            "aerostat_guest_statistics_dropped_total",
            "Values of the guest's statistics that cannot have been right, and did not count."
        ) { $0.droppedStatistics },
        Counter("aerostat_guest_alarms_total", "Alarms: the guest took pages back unasked.") { $0.alarms },
        Counter("aerostat_guest_messages_total", "Inflate and deflate messages of the guest.") { $0.messages },
        Counter("aerostat_guest_config_interrupts_total", "Config interrupts that told the guest of another target.") {
            $0.configInterrupts
        },
    ]

    static func family(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ statuses: [GuestStatus],
        _ add: (inout MetricFamily, GuestStatus) -> Void
    ) -> MetricFamily {
        var family = MetricFamily(name, kind, help)
        for status in statuses { add(&family, status) }
        return family
    }

    private static func states(_ statuses: [GuestStatus]) -> MetricFamily {
        family("aerostat_guest_state", .gauge, "1 for the state that the balloon is in.", statuses) {
            family, guest in
            for state in BalloonState.allCases {
                family.add(["guest": guest.name, "state": state.rawValue], state == guest.state ? 1.0 : 0)
            }
        }
    }

    private static func features(_ statuses: [GuestStatus]) -> MetricFamily {
        family(
            "aerostat_guest_feature", .gauge, "1 if the feature is offered, negotiated, or was seen to be used.",
            statuses
        ) { family, guest in
            for feature in guest.features {
                let stages = ["offered": feature.offered, "negotiated": feature.negotiated, "seen": feature.seen]
                for (stage, value) in stages.sorted(by: { $0.key < $1.key }) {
                    family.add(["guest": guest.name, "feature": feature.name, "stage": stage], value ? 1.0 : 0)
                }
            }
        }
    }

    private static func eventFamily(_ events: [EventCount]) -> MetricFamily {
        var family = MetricFamily("aerostat_events_total", .counter, "Events by guest (empty: the daemon) and kind.")
        for event in events {
            family.add(["guest": event.guest ?? "", "kind": event.kind.rawValue], event.count)
        }
        return family
    }
}
