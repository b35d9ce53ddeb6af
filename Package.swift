// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6, explicit import levels, warnings as errors.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Targets with hot loops: optimised in debug builds too, for AVX2 and FMA on x86-64, and with
/// their bodies visible to other modules. Square roots need not set `errno`, so that loops with one
/// become vector instructions; their values are those of IEEE 754 either way. Accesses to stored
/// properties of classes are not tracked at run time: that took a sixth of reading a table.
#if arch(x86_64)
    let numeric =
        strict + [
            .unsafeFlags([
                "-O", "-Xcc", "-march=x86-64-v3", "-Xcc", "-fno-math-errno",
                "-enforce-exclusivity=unchecked", "-Xfrontend", "-enable-cmo-everything",
            ])
        ]
#else
    let numeric =
        strict + [
            .unsafeFlags([
                "-O", "-Xcc", "-fno-math-errno", "-enforce-exclusivity=unchecked", "-Xfrontend",
                "-enable-cmo-everything",
            ])
        ]
#endif

/// Targets that simulations step millions of times: optimised in debug builds too.
let quick = strict + [.unsafeFlags(["-O"])]

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

let package = Package(
    name: "mlctl",
    products: [.executable(name: "mlctl", targets: ["mlctl"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // System libraries: module map and shim, nothing else; OpenBLAS is loaded when first used.
        .target(name: "COpenBLAS"),
        // What happens between fork and exec of a command.
        .target(name: "CSupervision"),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

        // Base.
        .target(name: "ClusterVocabulary", swiftSettings: strict),
        .target(name: "Determinism", swiftSettings: numeric),
        .target(name: "LinearAlgebra", dependencies: ["COpenBLAS"], swiftSettings: numeric),

        // Cores: values without IO, clock, chance, locks or logs.
        .target(
            name: "Training", dependencies: ["ClusterVocabulary", "LinearAlgebra", "Determinism"],
            swiftSettings: numeric),
        .target(
            name: "ModelExport", dependencies: ["LinearAlgebra", "Training"],
            swiftSettings: strict),
        .target(name: "Averaging", swiftSettings: numeric),
        .target(name: "Search", dependencies: ["Determinism"], swiftSettings: numeric),
        .target(
            name: "Datasets", dependencies: ["CZlib", "Determinism"], swiftSettings: numeric),
        .target(
            name: "JobSpecification",
            dependencies: [
                "ClusterVocabulary", "Datasets", "Search",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .target(
            name: "ExperimentCore",
            dependencies: ["ClusterVocabulary", "JobSpecification", "Search"],
            swiftSettings: strict),
        .target(
            name: "SchedulerCore",
            dependencies: ["ClusterVocabulary", "Determinism", "Averaging"],
            swiftSettings: quick),
        .target(
            name: "WorkerCore", dependencies: ["ClusterVocabulary", "Determinism"],
            swiftSettings: quick),
        .target(
            name: "ClusterSimulator",
            dependencies: ["ClusterVocabulary", "Determinism", "SchedulerCore", "WorkerCore"],
            swiftSettings: quick),
        .target(
            name: "AccessControl", dependencies: ["ClusterVocabulary", "Determinism"],
            swiftSettings: strict),

        // Codecs.
        .target(
            name: "WireCodec", dependencies: ["ClusterVocabulary", protobuf],
            exclude: ["Protocol"], swiftSettings: strict),

        // Adapters.
        .target(name: "Messaging", dependencies: ["CZeroMQ"], swiftSettings: strict),
        .target(name: "Artifacts", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "Sealing", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(
            name: "Ledger",
            dependencies: [
                "ClusterVocabulary", "Determinism", "WireCodec",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),

        // Services: the loops that drive the cores.
        .target(
            name: "TrainerProcess",
            dependencies: [
                "ClusterVocabulary", "Determinism", "LinearAlgebra", "Training", "Averaging",
                "Datasets", "WireCodec", "Messaging", "Artifacts", "Sealing",
            ],
            swiftSettings: strict),

        .target(
            name: "Collectors", dependencies: ["ClusterVocabulary", "WorkerCore"],
            swiftSettings: strict),
        .target(
            name: "Supervision",
            dependencies: ["CSupervision", "ClusterVocabulary", "WireCodec", "Artifacts"],
            swiftSettings: strict),
        .target(
            name: "SchedulerService",
            dependencies: [
                "ClusterVocabulary", "Determinism", "SchedulerCore", "ExperimentCore",
                "JobSpecification", "AccessControl", "WireCodec", "Messaging", "Artifacts",
                "Sealing", "Ledger", logging,
            ],
            swiftSettings: strict),
        .target(
            name: "WorkerService",
            dependencies: [
                "ClusterVocabulary", "Determinism", "JobSpecification", "Datasets", "WorkerCore",
                "AccessControl", "WireCodec", "Messaging", "Artifacts", "Supervision", "Collectors",
                logging,
            ],
            swiftSettings: strict),

        .target(
            name: "ControlAPI", dependencies: ["ClusterVocabulary"], swiftSettings: strict),
        .target(
            name: "Gateway",
            dependencies: [
                "ClusterVocabulary", "ControlAPI", "JobSpecification", "SchedulerCore",
                "ExperimentCore", "AccessControl", "Messaging", "SchedulerService", "Artifacts",
                "Averaging", "Ledger", logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio,
            swiftSettings: strict),

        .target(
            name: "Client",
            dependencies: [
                "ClusterVocabulary", "ControlAPI", "JobSpecification", "Datasets", "Training",
                "Artifacts", "Ledger", "ModelExport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Yams", package: "Yams"),
            ] + nio,
            swiftSettings: strict),

        // The command.
        .executableTarget(
            name: "mlctl",
            dependencies: [
                "TrainerProcess", "SchedulerService", "WorkerService", "Gateway", "Client",
                "ControlAPI", "JobSpecification", "SchedulerCore", "Ledger", "Messaging",
                "ClusterSimulator", "Supervision", "ClusterVocabulary", "AccessControl",
                "Artifacts", "Collectors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                logging,
            ] + nio,
            swiftSettings: strict,
            // The libraries that make dist puts beside the program come first; RPATH, unlike
            // RUNPATH, holds for what those libraries need too.
            linkerSettings: [
                .unsafeFlags([
                    "-Xlinker", "-rpath=$ORIGIN/../lib", "-Xlinker", "--disable-new-dtags",
                ])
            ]),

        // Tests.
        .testTarget(
            name: "DeterminismTests", dependencies: ["Determinism"], swiftSettings: strict),
        .testTarget(
            name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"], swiftSettings: strict),
        .testTarget(
            name: "TrainingTests",
            dependencies: ["Training", "LinearAlgebra", "Determinism", "ClusterVocabulary"],
            swiftSettings: strict),
        .testTarget(
            name: "AveragingTests", dependencies: ["Averaging", "Determinism"],
            swiftSettings: strict),
        .testTarget(name: "SearchTests", dependencies: ["Search"], swiftSettings: strict),
        .testTarget(
            name: "ModelExportTests",
            dependencies: ["ModelExport", "Training", "Datasets", "ClusterVocabulary"],
            swiftSettings: strict),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets"], swiftSettings: strict),
        .testTarget(
            name: "JobSpecificationTests",
            dependencies: ["JobSpecification", "ClusterVocabulary", "Datasets", "Search"],
            exclude: ["Inputs"], swiftSettings: strict),
        .testTarget(
            name: "SchedulerCoreTests",
            dependencies: ["SchedulerCore", "ClusterVocabulary", "Determinism"],
            exclude: ["Scenarios"], swiftSettings: strict),
        .testTarget(
            name: "ClusterSimulatorTests",
            dependencies: ["ClusterSimulator", "ClusterVocabulary", "Determinism"],
            swiftSettings: strict),
        .testTarget(
            name: "ExperimentCoreTests",
            dependencies: [
                "ExperimentCore", "JobSpecification", "ClusterVocabulary", "Search", "Determinism",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WorkerCoreTests",
            dependencies: ["WorkerCore", "ClusterVocabulary", "Determinism"],
            swiftSettings: strict),
        .testTarget(
            name: "AccessControlTests",
            dependencies: ["AccessControl", "ClusterVocabulary", "Determinism"],
            swiftSettings: strict),
        .testTarget(
            name: "WireCodecTests", dependencies: ["WireCodec", "ClusterVocabulary"],
            exclude: ["Golden", "Version1"], swiftSettings: strict),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging"], swiftSettings: strict),
        .testTarget(
            name: "CollectorsTests",
            dependencies: ["Collectors", "ClusterVocabulary", "WorkerCore"],
            swiftSettings: strict),
        .testTarget(
            name: "SupervisionTests", dependencies: ["Supervision", "ClusterVocabulary"],
            swiftSettings: strict),
        .testTarget(name: "ArtifactsTests", dependencies: ["Artifacts"], swiftSettings: strict),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Ledger", "ClusterVocabulary", "WireCodec",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            exclude: ["Stored"],
            swiftSettings: strict),
        .testTarget(
            name: "ClusterVocabularyTests", dependencies: ["ClusterVocabulary"],
            swiftSettings: strict),
        .testTarget(name: "SealingTests", dependencies: ["Sealing"], swiftSettings: strict),
        .testTarget(
            name: "TrainerProcessTests",
            dependencies: [
                "TrainerProcess", "Training", "LinearAlgebra", "Averaging", "Determinism",
                "Messaging", "WireCodec", "ClusterVocabulary", "Artifacts", "Datasets", "Sealing",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ControlAPITests", dependencies: ["ControlAPI", "ClusterVocabulary"],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "ControlAPI", "ClusterVocabulary", "SchedulerCore", "ExperimentCore",
                "AccessControl",
                "SchedulerService", "Artifacts", "Ledger", "Determinism", logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ] + nio,
            swiftSettings: strict),
        .testTarget(
            name: "ClientTests",
            dependencies: [
                "Client", "ControlAPI", "JobSpecification", "ClusterVocabulary", "Artifacts",
                "Training",
            ] + nio,
            swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "mlctl", "Client", "ControlAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "RepositoryTests", dependencies: ["JobSpecification"], swiftSettings: strict),
        .testTarget(name: "EndToEndTests", dependencies: ["mlctl"], swiftSettings: strict),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "mlctl", "SchedulerService", "WorkerService", "SchedulerCore", "Training",
                "Datasets", "Artifacts", "Messaging", "ClusterVocabulary", "Ledger",
                "AccessControl", "WireCodec", logging,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
