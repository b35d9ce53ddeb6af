import Artifacts
import ClusterVocabulary
import ControlAPI
import Gateway
import Testing

struct FileTests {
    private let bytes = String(repeating: "0123456789abcdef", count: 200_000)

    private func digest(_ text: String) -> String { SHA256Hasher.digest(of: Array(text.utf8)).hex }

    @Test
    func filesComeBackAsTheyWere() async throws {
        try await GatewayServer.run { server in
            let path = APIPath.artifact(digest(bytes))
            #expect(try await server.call("HEAD", path).status == 404)
            #expect(try await server.call("GET", path).status == 404)
            let stored = try await server.call("PUT", path, body: bytes)
            #expect(stored.status == 201)
            #expect(try stored.decoded(ArtifactBody.self).bytes == bytes.utf8.count)
            #expect(try await server.call("PUT", path, body: bytes).status == 200)
            let head = try await server.call("HEAD", path)
            #expect(head.status == 200)
            #expect(head.header("Content-Length") == String(bytes.utf8.count))
            #expect(try await server.call("GET", path).body == bytes)
        }
    }

    @Test
    func otherBytesThanPromisedAreNotKept() async throws {
        try await GatewayServer.run { server in
            let path = APIPath.artifact(digest("something else"))
            let answer = try await server.call("PUT", path, body: bytes)
            #expect(answer.status == 422)
            #expect(answer.failure?.reason == "DigestMismatch")
            #expect(try await server.call("HEAD", path).status == 404)
            #expect(try server.scheduler.artifacts.list().isEmpty)
            #expect(try await server.call("PUT", "/v1/artifacts/xyz", body: "").status == 400)
        }
    }

    @Test
    func filesBeyondTheBoundAreRefused() async throws {
        try await GatewayServer.run(settings: { $0.largestArtifactBytes = 1_000 }) { server in
            let path = APIPath.artifact(digest(bytes))
            let answer = try await server.call("PUT", path, body: bytes)
            #expect(answer.status == 413)
            #expect(try server.scheduler.artifacts.list().isEmpty)
        }
    }

    @Test
    func modelsAndTheirFilesAreFound() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let weights = try server.scheduler.artifacts.put(Array("weights".utf8))
            let missing = String(repeating: "1", count: 64)
            let models = (1...2).map { version in
                ModelRecord(
                    namespace: "default", name: "digits", version: UInt32(version),
                    job: JobID(job.id),
                    model: TrainedModel(
                        weightsDigest: weights.hex, descriptionDigest: missing, byteCount: 7,
                        metrics: [Metric("test.accuracy", 0.97)], roundChain: "c", rounds: 9),
                    createdAt: 1_700_000_000_000)
            }
            server.scheduler.publish(jobs: [], models: models)
            let list = try await server.call("GET", "/v1/models")
            let bodies = try list.decoded(ItemList<ModelBody>.self).items
            #expect(bodies.map(\.reference) == ["digits@1", "digits@2"])
            #expect(bodies.first?.job == "digits-1")
            let newest = try await server.call("GET", APIPath.model("digits"))
            #expect(try newest.decoded(ModelBody.self).version == 2)
            let file = try await server.call("GET", APIPath.model("digits@1", .weights))
            #expect(file.body == "weights")
            #expect(try await server.call("GET", APIPath.model("digits@3")).status == 404)
            let lost = try await server.call("GET", APIPath.model("digits", .description))
            #expect(lost.status == 404)
            #expect(try await server.call("GET", "/v1/models/digits/files/x").status == 404)
            let table = try await server.call("GET", "/v1/models?as=table")
            #expect(table.body.contains(weights.hex))
        }
    }
}
