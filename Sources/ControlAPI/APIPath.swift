/// The paths of the API, for clients; names are percent-encoded where they need it.
package enum APIPath {
    /// What every path begins with.
    package static let root = "/v1"
    /// All jobs.
    package static let jobs = "\(root)/jobs"
    /// All nodes.
    package static let nodes = "\(root)/nodes"
    /// All models.
    package static let models = "\(root)/models"
    /// All facts.
    package static let events = "\(root)/events"
    /// All facts, as a stream.
    package static let eventStream = "\(root)/events/stream"
    /// Everything, as a stream.
    package static let watch = "\(root)/watch"
    /// Whether the scheduler is well; needs no token.
    package static let health = "\(root)/health"
    /// Versions; needs no token.
    package static let version = "\(root)/version"
    /// Applying the retention rules.
    package static let gc = "\(root)/gc"
    /// The OpenAPI document.
    package static let document = "\(root)/openapi.json"

    /// What can be asked of one job.
    package enum JobPart: String, Sendable, CaseIterable {
        /// The canonical spec.
        case spec
        /// Why it is where it is.
        case explain
        /// End it.
        case cancel
        /// Let it wait.
        case suspend
        /// Let it run.
        case resume
        /// Submit it again.
        case rerun
        /// Its log.
        case logs
        /// What the ranks of a command wrote, as records.
        case output
        /// Its facts.
        case events
        /// Its changes, as a stream.
        case stream
    }

    /// One job: `name-run` or the bare name, which means the newest run.
    package static func job(_ name: String) -> String { "\(jobs)/\(encoded(name))" }

    /// One part of a job.
    package static func job(_ name: String, _ part: JobPart) -> String {
        "\(job(name))/\(part.rawValue)"
    }

    /// One node.
    package static func node(_ name: String) -> String { "\(nodes)/\(encoded(name))" }

    /// What can be decided about a node.
    package enum NodePart: String, Sendable, CaseIterable {
        /// No new work.
        case cordon
        /// Its work moves away.
        case drain
        /// Work again.
        case uncordon
    }

    /// A decision about a node.
    package static func node(_ name: String, _ part: NodePart) -> String {
        "\(node(name))/\(part.rawValue)"
    }

    /// One model: `name@version` or the bare name, which means the newest version.
    package static func model(_ name: String) -> String { "\(models)/\(encoded(name))" }

    /// One file of a model.
    package static func model(_ name: String, _ file: ModelBody.File) -> String {
        "\(model(name))/files/\(file.rawValue)"
    }

    /// A stored file by its SHA-256, 64 hexadecimal digits.
    package static func artifact(_ sha256: String) -> String {
        "\(root)/artifacts/\(encoded(sha256))"
    }

    /// The query `?a=b&c=d` of the parameters that have a value; empty without any.
    package static func query(_ parameters: [(name: String, value: String?)]) -> String {
        let given = parameters.compactMap { parameter in
            parameter.value.map { "\(encoded(parameter.name))=\(encoded($0))" }
        }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }

    /// The text with everything but letters, digits and `-._~@` percent-encoded.
    package static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        let hex = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "@"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
