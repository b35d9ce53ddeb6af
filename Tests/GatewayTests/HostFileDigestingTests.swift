import Artifacts
import ControlAPI
import Foundation
import Synchronization
import Testing

@testable import Gateway

/// Reading whole files for requests: few at once, one for a user, and small ones for a dry run.
struct HostFileDigestingTests {
    /// Work that goes on until it is let go or nobody waits for it.
    private final class Gate: Sendable {
        let isOpen = Atomic(false)
        let running = Atomic(0)

        func pass() {
            running.add(1, ordering: .sequentiallyConsistent)
            while !isOpen.load(ordering: .sequentiallyConsistent) { usleep(1_000) }
            running.subtract(1, ordering: .sequentiallyConsistent)
        }

        func wait(for count: Int) async throws {
            while running.load(ordering: .sequentiallyConsistent) < count {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// Why something was refused; `nil` when it was done.
    private func refusal(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let failure as GatewayFailure {
            return failure.failure.reason
        } catch {
            return "\(error)"
        }
    }

    @Test func fewReadAtOnceAndOneForAUser() async throws {
        let (digesting, gate) = (HostFileDigesting(), Gate())
        defer { gate.isOpen.store(true, ordering: .sequentiallyConsistent) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await digesting.run(for: "a", largest: 1) { _ in gate.pass() } }
            try await gate.wait(for: 1)
            let second = await refusal {
                try await digesting.run(for: "a", largest: 1) { _ in }
            }
            #expect(second == "LimitReached")
            for user in ["b", "c", "d"].prefix(HostFileDigesting.mostAtOnce - 1) {
                group.addTask {
                    try await digesting.run(for: user, largest: 1) { _ in gate.pass() }
                }
            }
            try await gate.wait(for: HostFileDigesting.mostAtOnce)
            let further = await refusal {
                try await digesting.run(for: "z", largest: 1) { _ in }
            }
            #expect(further == "LimitReached")
            gate.isOpen.store(true, ordering: .sequentiallyConsistent)
            try await group.waitForAll()
            let later = await refusal { try await digesting.run(for: "a", largest: 1) { _ in } }
            #expect(later == nil)
        }
    }

    /// A file of zeros that takes no room.
    private func withZeros(
        _ bytes: Int, _ body: (String) async throws -> Void
    ) async throws {
        let path = "\(NSTemporaryDirectory())mlctl-zeros-\(UUID().uuidString)"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(truncate(path, bytes) == 0)
        try await body(path)
    }

    @Test func aFileIsReadNoLongerThanSomebodyWaits() async throws {
        // Reading all of it would take an hour.
        try await withZeros(4 << 40) { path in
            let digesting = HostFileDigesting()
            let (started, continuation) = AsyncStream.makeStream(of: Void.self)
            let reading = Task {
                try await digesting.run(for: "a", largest: .max) { leave in
                    let file = try HostFile(path, readableBy: .thread)
                    continuation.yield()
                    return try leave.digest(of: file)
                }
            }
            for await _ in started { break }
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            let next = await refusal { try await digesting.run(for: "a", largest: 1) { _ in } }
            #expect(next == nil)
        }
    }

    @Test func aDryRunReadsNoLargeFile() async throws {
        try await GatewayServer.run(settings: { $0.largestArtifactBytes = .max }) { server in
            let path = try server.openFolder() + "/zeros.csv"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            #expect(truncate(path, 4 << 40) == 0)
            chmod(path, 0o644)
            let huge = SubmitRequest(
                specification: Documents.job("huge", source: "hostPath: \(path)")
            ).jsonText
            let headers = ["Content-Type": "application/json"]
            let dry = try await server.call(
                "POST", "/v1/jobs?dryRun=1", headers: headers, body: huge)
            #expect(dry.status == 413, "\(dry.body)")
        }
    }
}
