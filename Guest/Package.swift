// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Embedded"),
]

/// An image: the first instructions of the machine call the main function of this module.
func image(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, swiftSettings: settings,
        linkerSettings: [.unsafeFlags(["-Xlinker", "--defsym=boot_main=\(name)_main"])])
}

func aerostat(_ name: String) -> Target.Dependency { .product(name: name, package: "aerostat") }

// A package of its own: it is built for machines without an operating system, by `make guest` in the folder above.
let package = Package(
    name: "Guest",
    dependencies: [.package(name: "aerostat", path: "..")],
    targets: [
        .target(name: "CBoot"),
        // The machines: serial line, interrupts, clock, the bus that the balloon is on.
        .target(
            name: "Board", dependencies: ["CBoot", aerostat("Virtio"), aerostat("Balloon"), aerostat("BalloonDriver")],
            swiftSettings: settings),
        image("Guest", ["Board", "CBoot", aerostat("Virtio"), aerostat("Balloon"), aerostat("BalloonDriver")]),
        // The conformance kit's checks, from inside; the heap that they take is its own.
        .target(name: "CHeap"),
        image(
            "Tester",
            ["Board", "CBoot", "CHeap", aerostat("ConformanceChecks"), aerostat("Virtio"), aerostat("Balloon")]),
    ]
)
