/// The paths of the API, for clients; names are percent-encoded where they need it.
package enum APIPath {
    /// What every path begins with.
    package static let root = "/v1"
    /// All jobs.
    package static let jobs = "\(root)/jobs"
    /// All experiments.
    package static let experiments = "\(root)/experiments"
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
    /// All users.
    package static let users = "\(root)/users"
    /// All tokens.
    package static let tokens = "\(root)/tokens"
    /// Who changed what.
    package static let audit = "\(root)/audit"
    /// Who the sender is taken for.
    package static let sender = "\(root)/whoami"
    /// Whether the scheduler's host reaches a port of the sender's.
    package static let probe = "\(root)/probe"
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
        /// Do its rounds again.
        case audit
        /// Digests of its rounds.
        case rounds
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

    /// What can be asked of one experiment.
    package enum ExperimentPart: String, Sendable, CaseIterable {
        /// The canonical spec.
        case spec
        /// Its trials.
        case trials
        /// End it.
        case cancel
        /// Change how many trials there may be.
        case limits
        /// Trials for a program to evaluate.
        case ask
        /// What a program says of such a trial.
        case tell
    }

    /// One experiment: `name-run` or the bare name, which means the newest run.
    package static func experiment(_ name: String) -> String { "\(experiments)/\(encoded(name))" }

    /// One part of an experiment.
    package static func experiment(_ name: String, _ part: ExperimentPart) -> String {
        "\(experiment(name))/\(part.rawValue)"
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

    /// One user.
    package static func user(_ name: String) -> String { "\(users)/\(encoded(name))" }

    /// The tokens of one user.
    package static func tokens(ofUser name: String) -> String { "\(user(name))/tokens" }

    /// One token.
    package static func token(_ id: String) -> String { "\(tokens)/\(encoded(id))" }

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
