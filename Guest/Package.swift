// swift-tools-version: 6.2
import PackageDescription

// A package of its own: it is built for machines without an operating system, by `make guest` in the folder above.
let package = Package(
    name: "Guest",
    dependencies: [.package(name: "aerostat", path: "..")],
    targets: [
        .target(name: "CBoot"),
        .executableTarget(
            name: "Guest",
            dependencies: [
                "CBoot",
                .product(name: "Virtio", package: "aerostat"),
                .product(name: "Balloon", package: "aerostat"),
                .product(name: "BalloonDriver", package: "aerostat"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .treatAllWarnings(as: .error),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableExperimentalFeature("Embedded"),
            ]),
    ]
)
