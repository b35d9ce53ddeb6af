import ClusterVocabulary
import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Testing

@testable import Gateway

struct DocumentTests {
    private func document() throws -> [String: Any] {
        let text = OpenAPIDocument.text(version: "1")
        let parsed = try JSONSerialization.jsonObject(with: Data(text.bytes))
        return try #require(parsed as? [String: Any])
    }

    @Test
    func theDocumentDescribesExactlyTheRoutes() throws {
        let application = GatewayApplication(
            backend: try MemoryScheduler(), settings: GatewaySettings(tokens: []),
            logger: Logger(label: "test"))
        let routes = Set(
            application.router().routes.map { "\($0.method.rawValue) \($0.path.description)" })
        #expect(routes == Set(Endpoint.all.map { "\($0.method) \($0.path)" }))
        let paths = try #require(try document()["paths"] as? [String: [String: Any]])
        let described = paths.flatMap { path, operations in
            operations.keys.map { "\($0.uppercased()) \(path)" }
        }
        #expect(Set(described) == routes)
        #expect(described.count == routes.count)
    }

    @Test
    func everyReferenceHasItsSchema() throws {
        let names = Set(OpenAPISchema.all.map(\.name))
        #expect(names.count == OpenAPISchema.all.count)
        let text = OpenAPIDocument.text(version: "1").text
        let parts = text.split(separator: "#/components/schemas/").dropFirst()
        let used = Set(parts.map { String($0.prefix { $0 != "\"" }) })
        #expect(used.subtracting(names).isEmpty, "unknown: \(used.subtracting(names))")
        #expect(names.subtracting(used).isEmpty, "unused: \(names.subtracting(used))")
    }

    @Test
    func schemasHaveTheKeysThatAreWritten() throws {
        let samples: [(String, any JSONWritable)] = [
            ("ActionResult", ActionResult(name: "", namespace: "", id: 1)),
            ("Artifact", ArtifactBody(sha256: "", bytes: 0)),
            ("Health", HealthBody(status: "", freeBytes: 0, readyNodes: 0, nodes: 0)),
            ("RerunRequest", RerunRequest()),
            ("SubmitRequest", SubmitRequest(specification: "")),
            ("SubmittedJob", SubmittedJob(name: "", namespace: "", id: 1, repeated: false)),
            ("Version", VersionBody(version: "", api: "", incarnation: "", startedAt: nil)),
            ("Share", PlannedJob.Share(node: "", replicas: 1, lanes: 1)),
            ("JobSummary", JobSummary(Records.job, progress: Records.progress)),
            ("JobStatus", JobStatus(Records.job, progress: nil)),
            ("JobSpec", JobDescription.Spec(Records.job, yaml: "")),
            ("JobMetadata", JobDescription.Metadata(Records.job)),
            ("Progress", ProgressBody(Records.progress)),
            ("Event", EventBody(sequence: 1, fact: Records.fact, job: nil)),
            ("Model", ModelBody(Records.model, job: nil)),
            ("NodeActionResult", NodeActionResult(name: "", duty: "", jobsLeft: 0)),
            ("Housekeeping", HousekeepingBody(removed: false, removable: [], stored: [])),
            (
                "StoredItems",
                HousekeepingBody.Item(what: "", count: 0, bytes: 0, ruleSeconds: 0)
            ),
            ("Node", NodeBody(Records.node, used: .zero, jobs: [])),
            (
                "Explanation",
                ExplanationBody(
                    name: "", state: "", reason: "", message: "", ahead: 0, waiting: "",
                    nodes: [])
            ),
        ]
        for (name, sample) in samples {
            let schema = try #require(OpenAPISchema.all.first { $0.name == name })
            let parsed = try JSONSerialization.jsonObject(with: Data(sample.jsonBytes))
            let written = try #require(parsed as? [String: Any])
            #expect(Set(written.keys) == Set(schema.properties.map(\.name)), "\(name)")
        }
    }

    @Test
    func theDocumentIsServed() async throws {
        try await GatewayServer.run { server in
            let answer = try await server.call("GET", "/v1/openapi.json")
            #expect(answer.status == 200)
            #expect(answer.body.hasPrefix(#"{"openapi":"3.1.0""#))
        }
    }
}
