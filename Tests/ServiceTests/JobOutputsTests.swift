import ClusterVocabulary
import Foundation
import Testing

@testable import SchedulerService

/// Pieces with values wait for these to become durable, within a bound.
struct JobOutputsTests {
    private let folder = NSTemporaryDirectory() + "outputs-\(UUID().uuidString)"

    private func piece(rank: Int, from: Int64 = 0, text: String = "loss=1\n") -> CommandOutput {
        var bytes: [UInt8] = []
        OutputRecord(stream: .output, at: 1, text: Array(text.utf8)[...]).append(to: &bytes)
        return CommandOutput(
            attempt: AttemptID(job: JobID(7), number: 1), rank: rank, from: from, position: from,
            bytes: bytes)
    }

    @Test func aPieceIsStoredByItsOwnEndAlone() throws {
        let outputs = try JobOutputs(folder: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let short = piece(rank: 0)
        let long = piece(rank: 0, text: "loss=1\nloss=2\n")
        #expect(try outputs.hold(short))
        // The same rank sends again, with more: the values of that are not durable yet.
        #expect(try outputs.hold(long))
        #expect(try outputs.store(short.attempt, rank: 0, to: short.end) == nil)
        #expect(try outputs.store(long.attempt, rank: 0, to: long.end) == long.end)
        #expect(try outputs.store(long.attempt, rank: 0, to: long.end) == nil)
        // What is stored already can be answered at once.
        #expect(try !outputs.hold(short))
        #expect(try outputs.accept(short).position == long.end)
    }

    @Test func theOldestHeldPieceGoesAtTheBound() throws {
        let outputs = try JobOutputs(folder: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for rank in 0...JobOutputs.mostHeld { #expect(try outputs.hold(piece(rank: rank))) }
        let attempt = piece(rank: 0).attempt
        let end = piece(rank: 0).end
        #expect(try outputs.store(attempt, rank: 0, to: end) == nil)
        #expect(try outputs.store(attempt, rank: 1, to: end) == end)
        #expect(try outputs.store(attempt, rank: JobOutputs.mostHeld, to: end) == end)
    }
}
