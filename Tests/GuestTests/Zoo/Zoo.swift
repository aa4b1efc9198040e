import Balloon

/// The animals, by name. `docs/Guests.md` lists them.
enum Zoo {
    private static let old = Set(StatisticsTag.allCases.filter { $0.rawValue <= 9 })
    private static let oldest = Set(StatisticsTag.allCases.filter { $0.rawValue <= 5 })

    /// Linux.
    private static let linuxes = [
        Animal(
            name: "linux-6.1", features: [.mustTellHost, .statistics, .deflateOnOOM, .pageReporting],
            speech: .init(tags: old),
            script: [
                .start, .ask(sees: 480), .reach, .burst(500, perSecond: 400), .rest, .calm, .ask(sees: 960), .rest,
                .unload,
                .disconnect,
            ]),
        Animal(name: "linux-6.12"),
        Animal(
            name: "linux-no-oom", features: [.mustTellHost, .statistics], speech: .init(shrinksTotal: true),
            want: .kills,
            script: [
                .start, .ask(sees: 400), .reach, .burst(180, perSecond: 30), .rest, .calm, .suspend, .resume, .rest,
                .unload,
                .disconnect,
            ]),
        Animal(name: "linux-64k", driver: .init(page: 16), script: odd(by: 5)),
        Animal(name: "linux-16k", driver: .init(page: 4), script: odd(by: 3)),
        Animal(name: "linux-2019", speech: .init(tags: old), givesBackOnReclaim: true),
        Animal(
            name: "panic-on-oom", features: [.mustTellHost, .statistics], speech: .init(shrinksTotal: true),
            want: .panics,
            script: [
                .start, .ask(sees: 400), .reach, .burst(150, perSecond: 30), .rest, .calm, .reset, .start, .rest,
                .unload,
                .disconnect,
            ]),
        Animal(
            name: "compaction",
            script: [
                .start, .compaction, .ask(sees: 640), .reach, .ask(sees: 512), .reach, .rest, .unload, .disconnect,
            ]),
        Animal(name: "hinting", script: [.start, .ask(sees: 640), .pass(milliseconds: 30), .hint, .hint, .disconnect]),
    ]

    /// A target that is no whole guest page.
    private static func odd(by pages: Int) -> [Happening] {
        [
            .start, .inflate(pages: 65_536 + pages), .reach, .inflate(pages: 32_768 + pages), .reach, .unload,
            .disconnect,
        ]
    }

    private static let others = [
        Animal(
            name: "freebsd", features: [.mustTellHost], driver: .init(isOldestFirst: true), want: .kills, script: quiet),
        Animal(
            name: "openbsd", features: [], driver: .init(freesFirst: true), want: .kills, script: quiet),
        Animal(
            name: "netbsd", features: [], driver: .init(isOldestFirst: true, freesFirst: true), want: .kills,
            script: quiet),
        Animal(
            name: "windows", features: [.statistics],
            driver: .init(batch: 512, isWide: true, freesFirst: true, chunk: 512),
            speech: .init(tags: oldest, lie: .rubbish, firstBuffer: [UInt8](repeating: 0xff, count: 100)), want: .kills,
            script: quiet),
        Animal(
            name: "windows-no-service", features: [.statistics],
            driver: .init(batch: 512, isWide: true, freesFirst: true, chunk: 512),
            speech: .init(firstBuffer: [UInt8](repeating: 0xff, count: 100), isAnswering: false), want: .kills,
            script: quiet),
        Animal(
            name: "nanos", features: [.mustTellHost, .statistics, .deflateOnOOM],
            driver: .init(inFlight: 4, chunk: 256),
            speech: .init(tags: old, firstBuffer: [1, 2, 3, 4, 5, 6, 7, 8]), script: quiet),
        Animal(
            name: "osv", features: [.deflateOnOOM], driver: .init(isOldestFirst: true), want: .kills, script: quiet),
    ]
    private static let quiet = Happening.quiet

    /// Guests with less memory than their VMM shares.
    private static let small = [
        Animal(
            name: "mem-512", memory: .init(has: 512, programs: 80, cache: 80),
            script: [.start, .ask(sees: 600), .rest, .burst(150, perSecond: 200), .calm, .rest, .unload, .disconnect]),
        Animal(
            name: "mem-512-no-oom", features: [.mustTellHost, .statistics], speech: .init(shrinksTotal: true),
            memory: .init(has: 512, programs: 80, cache: 80), want: .kills,
            script: [.start, .ask(sees: 600), .rest, .burst(150, perSecond: 200), .calm, .rest, .unload, .disconnect]),
        Animal(
            name: "virtio-mem-unplugged", memory: .init(shared: 3072, has: 1024),
            script: [
                .start, .ask(sees: 900), .rest, .neighbour(burst: 300), .burst(400, perSecond: 300), .calm, .unload,
                .disconnect,
            ]),
        Animal(
            name: "dimm-offline", memory: .init(shared: 1536, has: 1024),
            script: [
                .start, .ask(sees: 900), .rest, .burst(300, perSecond: 300), .calm, .online, .rest, .unload,
                .disconnect,
            ]),
        Animal(
            name: "no-driver", features: nil, memory: .init(shared: 1536, has: 1536),
            script: [.start, .pass(milliseconds: 8000), .neighbour(burst: 300), .disconnect]),
    ]

    /// Guests whose words or ways mislead.
    private static let misleading = [
        Animal(
            name: "zfs", memory: .init(shared: 2048, has: 2048, programs: 300, cache: 20, hidden: 1600),
            script: [.start, .ask(sees: 1536), .reach, .cry(pages: 256), .ask(sees: 1800), .rest, .unload, .disconnect]),
        Animal(
            name: "slow-1.8", driver: .init(speed: 1.8e6),
            script: [.start, .inflate(pages: 12 << 8), .reach, .unload, .disconnect]),
        Animal(
            name: "slow-0.2", driver: .init(batch: 16, speed: 0.2e6),
            script: [.start, .inflate(pages: 2 << 8), .reach, .unload, .disconnect]),
        Animal(
            name: "silent-alone",
            script: [
                .start, .ask(sees: 640), .reach, .silence(milliseconds: 5000, together: false), .rest, .unload,
                .disconnect,
            ],
            companions: 2),
        Animal(
            name: "silent-together",
            script: [
                .start, .ask(sees: 640), .reach, .silence(milliseconds: 5000, together: true), .rest,
                .silence(milliseconds: 5000, together: true), .unload, .disconnect,
            ], companions: 2),
        Animal(
            name: "silent-empty",
            script: [
                .start, .rest, .silence(milliseconds: 5000, together: false), .ask(sees: 800), .reach, .unload,
                .disconnect,
            ], companions: 2),
        Animal(
            name: "statistics-0-5", features: [.mustTellHost, .statistics, .deflateOnOOM], speech: .init(tags: oldest),
            memory: .init(programs: 800, cache: 124),
            script: [.start, .ask(sees: 200), .rest, .neighbour(burst: 300), .rest, .unload, .disconnect]),
        Animal(name: "rubbish", speech: .init(lie: .rubbish)),
        Animal(
            name: "flapping", speech: .init(lie: .flapping),
            script: [.start, .ask(sees: 640), .pass(milliseconds: 3000), .neighbour(burst: 300), .unload, .disconnect]),
        Animal(
            name: "liar-low", speech: .init(lie: .low),
            script: [.start, .ask(sees: 640), .pass(milliseconds: 3000), .neighbour(burst: 300), .unload, .disconnect]),
        Animal(
            name: "liar-high", speech: .init(lie: .high),
            script: [.start, .ask(sees: 640), .reach, .neighbour(burst: 300), .unload, .disconnect]),
        Animal(name: "actual-never", driver: .init(actual: .never), script: quiet),
        Animal(name: "actual-wrong", driver: .init(actual: .wrong), script: quiet),
    ]

    /// A driver that is unloaded with so much in its balloon, and one that comes after it.
    private static let unloading = [0, 1, 256, 768, 25_600].map { pages in
        Animal(
            name: "unload-\(pages)",
            script: [
                .start, .inflate(pages: pages), .reach, .unload, .pass(milliseconds: 300), .resume,
                .inflate(pages: pages), .reach, .disconnect,
            ])
    }

    static let animals = linuxes + others + small + misleading + unloading
}
