import ClusterVocabulary
import Foundation
import LinearAlgebra
import Testing
import Training

@testable import TrainerProcess

/// A job may begin from a saved model: its values come in place of those drawn from the seed.
struct InitialModelTests {
    private static let name = "digits@3"

    private static func bench(_ change: (inout TrainingWork) -> Void = { _ in }) throws
        -> ExchangeBench
    {
        try ExchangeBench { work in
            work.initial = InitialModel(
                name: name, digest: String(repeating: "0", count: 64), byteCount: 1)
            change(&work)
        }
    }

    /// The trained values of another job, as the file a worker fetches.
    private func saved(_ hidden: [Int]) throws -> (path: String, values: [Float]) {
        let bench = try ExchangeBench { $0.model = .layered(hidden) }
        let member = try bench.member("before")
        try bench.run([member])
        member.session.writeFinalValues()
        let model = try Training.TrainedModel(
            layout: member.session.layout, parameters: Array(member.session.measured.elements),
            standardization: member.session.standardization)
        let path = NSTemporaryDirectory() + "mlctl-initial-\(UInt32.random(in: 0 ... .max))"
        try Data(try model.encoded()).write(to: URL(fileURLWithPath: path))
        return (path, model.parameters)
    }

    @Test func trainingBeginsFromItsValues() throws {
        let (path, values) = try saved([9])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = try Self.bench { $0.steering.averageDecay = 0.9 }
        let members = try ["a", "b"].map { try bench.member($0) }
        for member in members {
            try member.session.takeInitial(from: path)
            member.session.beginFromSeed()
            let state = Array(member.session.state.elements)
            let layout = member.session.layout
            #expect(Array(state.prefix(layout.valueCount)) == values)
            // The average of all parameters so far begins there too.
            let average = member.session.optimizer.averageOffset(layout)
            #expect(Array(state[average...].prefix(layout.parameterCount)) == values)
        }
        try bench.run(members)
        #expect(members[0].session.stateDigest == members[1].session.stateDigest)
        let fresh = try ExchangeBench { $0.steering.averageDecay = 0.9 }
        let other = try fresh.member("seed")
        try fresh.run([other])
        #expect(other.session.stateDigest != members[0].session.stateDigest)
    }

    @Test func anotherShapeIsRefusedByName() throws {
        let (path, _) = try saved([5])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = try Self.bench()
        let session = try bench.member("a").session
        let refusal = #expect(throws: TrainingRefusal.self) {
            try session.takeInitial(from: path)
        }
        let words = refusal?.description ?? ""
        #expect(words.contains("layers.0.weight of digits@3 has the shape [5, 7]"), "\(words)")
        #expect(words.contains("layers.0.weight [9, 7]"), "\(words)")
        let (deeper, _) = try saved([9, 4])
        defer { try? FileManager.default.removeItem(atPath: deeper) }
        #expect(throws: TrainingRefusal.self) { try session.takeInitial(from: deeper) }
        #expect(session.initialValues == nil)
    }

    @Test func aMissingFileIsTheHostsFault() throws {
        let session = try Self.bench().member("a").session
        let error = #expect(throws: TrainerFault.self) { try session.takeInitial(from: "") }
        let (whose, reason) = TrainerFault.classify(try #require(error))
        #expect(whose == .infrastructure)
        #expect(reason.message.contains(Self.name))
        try Data("{}".utf8).write(to: URL(fileURLWithPath: NSTemporaryDirectory() + "no-model"))
        #expect(throws: TrainingRefusal.self) {
            try session.takeInitial(from: NSTemporaryDirectory() + "no-model")
        }
    }
}
