// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target of this package is built the same way: Swift 6 mode, warnings are errors.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// One module of the house. Lower floors come first; a module names only floors below it.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "aerostat",
    products: [
        .library(name: "Virtio", targets: ["Virtio"]),
        .library(name: "Balloon", targets: ["Balloon"]),
        .library(name: "BalloonDevice", targets: ["BalloonDevice"]),
        .library(name: "BalloonDriver", targets: ["BalloonDriver"]),
        .library(name: "ConformanceChecks", targets: ["ConformanceChecks"]),
        .executable(name: "aerostat", targets: ["aerostat"]),
        // Linked with libFuzzer by Fuzz/run.sh.
        .library(name: "FuzzTargets", type: .static, targets: ["FuzzTargets"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // Floor 1: Linux and VIRTIO.
        .target(name: "CLinux"),
        module("Linux", ["CLinux", system]),
        module("Virtio"),
        // Floor 2: the vocabulary of device id 5.
        module("Balloon"),
        // Floor 3: the device, and what it does to the host's memory.
        module("BalloonDevice", ["Virtio", "Balloon"]),
        module("BalloonDriver", ["Virtio", "Balloon"]),
        module("HostMemory", ["Linux", "Virtio", "Balloon"]),
        // Floor 4: the doors that QEMU comes in by.
        module("VhostUser", ["Linux", "Virtio", "HostMemory"]),
        module("VfioUser", ["Linux", "Virtio", "HostMemory"]),
        // Floor 5: how the host is, and what the target of a guest should be.
        module("HostSignals", ["Linux", "CLinux"]),
        module("Arbiter", ["Balloon"]),
        // Floor 6: the daemon, the words of the API by which it is steered, and who speaks them.
        module("ControlAPI", ["Balloon"]),
        module("ControlClient", ["ControlAPI", nio, nioPosix, nioHTTP1]),
        module(
            "Service",
            [
                "Virtio", "Balloon", "BalloonDevice", "HostMemory", "HostSignals", "VhostUser", "VfioUser", "Arbiter",
                "ControlAPI",
                "Linux", "CLinux",
                collections, hummingbird, hummingbirdCore, logging, nio, nioPosix, system, yams,
            ]),
        // The same arbiter, and rivals, against simulated guests in virtual time.
        module("Simulation", ["Arbiter", "Balloon"]),
        // Guests that are played against a device, to see whether it keeps the rules.
        module("ConformanceChecks", ["Virtio", "Balloon"]),
        module("Conformance", ["ConformanceChecks", "Virtio", "Balloon", "VhostUser", "Linux"]),
        // Many guests at full speed, for benchmarks.
        module("Load", ["Virtio", "Balloon", "VhostUser", "Linux", histogram]),
        // Floor 7: the command line.
        .executableTarget(
            name: "aerostat",
            dependencies: [
                "Service", "Balloon", "ControlAPI", "ControlClient", "ConformanceChecks", "Conformance", "Load",
                "Simulation", argumentParser, logging,
            ],
            swiftSettings: settings),
        // The lab: real QEMU, real Linux.
        .target(name: "CLab"),
        module("QMP"),
        module(
            "Lab",
            [
                "QMP", "ControlAPI", "ControlClient", "CLab", "Linux", "Virtio", "Balloon", "HostMemory", "VhostUser",
                "ConformanceChecks", "Conformance", "Load", "Simulation",
            ]),
        .executableTarget(
            name: "aerostat-lab", dependencies: ["Lab", "Load", "Arbiter", "Balloon", "Simulation", argumentParser],
            swiftSettings: settings),

        // What is fuzzed, and replayed by the tests.
        .target(
            name: "FuzzTargets",
            dependencies: ["VhostUser", "VfioUser", "BalloonDevice", "Balloon", "Virtio", "Linux", "CLinux"],
            path: "Fuzz/Targets", swiftSettings: settings),
        tests("FuzzTests", ["FuzzTargets", "Virtio", "TestSupport"]),
        tests("LabTests", ["Lab", "QMP", "ControlAPI", "ControlClient"]),
        tests("VhostUserTests", ["VhostUser", "Virtio", "HostMemory", "Linux", "CLinux"]),
        tests("VfioUserTests", ["VfioUser", "Virtio", "HostMemory", "Linux", "CLinux"]),
        tests(
            "GuestTests",
            [
                "ConformanceChecks", "Load", "TestSupport", "Service", "ControlAPI", "VhostUser", "VfioUser", "Balloon",
                "Virtio",
                "Linux", "CLinux",
            ]),
        tests(
            "ConformanceTests",
            [
                "ConformanceChecks", "Conformance", "Service", "ControlAPI", "VhostUser", "Virtio", "Balloon", "Linux",
                system,
            ]),
        tests("LoadTests", ["Load", "Service", "ControlAPI", "VhostUser", "Linux"]),
        tests("ControlAPITests", ["ControlAPI", "Balloon", "TestSupport"]),
        tests("ControlClientTests", ["ControlAPI", "ControlClient", "TestSupport"]),
        tests("CommandTests", ["aerostat", "Balloon", "ControlAPI"]),
        tests("ProgramTests", ["ControlAPI", "ControlClient", "TestSupport"]),
        tests(
            "ServiceTests",
            [
                "Service", "Arbiter", "Balloon", "ControlAPI", "ControlClient", "HostSignals", "Linux", "TestSupport",
                logging,
            ]),
        tests("HostSignalsTests", ["HostSignals", "Linux", "TestSupport"]),
        // What tests of several modules share: a seeded generator, guest memory made of bytes.
        .target(
            name: "TestSupport", dependencies: ["Virtio"], path: "Tests/TestSupport", swiftSettings: settings),
        tests("LinuxTests", ["Linux", "CLinux", "TestSupport", system]),
        tests("VirtioTests", ["Virtio", "TestSupport"]),
        tests("BalloonTests", ["Balloon", "TestSupport"]),
        tests("BalloonDeviceTests", ["BalloonDevice", "Balloon", "Virtio", "TestSupport"]),
        tests("HostMemoryTests", ["HostMemory", "Linux", "Virtio", "Balloon", "TestSupport", system]),
        tests("ArbiterTests", ["Arbiter", "Balloon", "TestSupport"]),
        tests("SimulationTests", ["Simulation"]),
        tests("BareMetalTests", ["Lab"]),
        // The examples on the library products' first pages.
        tests("DocumentationTests", ["Virtio", "Balloon", "BalloonDevice", "BalloonDriver", "ConformanceChecks"]),
        tests("BalloonDriverTests", ["Virtio", "Balloon", "BalloonDevice", "BalloonDriver", "TestSupport"]),
    ]
)
