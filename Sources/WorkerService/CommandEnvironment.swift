import ClusterVocabulary
import Foundation
import WireCodec

/// What a rank finds in its environment, and the orders to the supervisor made of it.
struct CommandEnvironment {
    /// The folder of secrets, one file each.
    let secretsFolder: String
    /// This node.
    let node: NodeID

    /// Variables of the daemon that commands inherit; nothing else of it reaches them.
    private static let inherited = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ",
        "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
    ]
    /// The longest secret, in bytes.
    static let longestSecret = 65_536

    /// The orders that start some ranks.
    func starts(
        _ order: PrepareCommand, ranks: Range<Int>, folder: String
    ) throws(CommandRefusal) -> [TaskStart] {
        let context = WireCodec.encode(order, on: node)
        let own = try ownVariables(of: order)
        return ranks.map { rank in
            TaskStart(
                task: TaskID(attempt: order.attempt, rank: rank), arguments: order.work.words,
                environment: inheritedVariables() + own + placeVariables(order, rank, folder),
                folder: folder, limits: order.perRank,
                leaseSeconds: order.work.restartAfterSeconds,
                graceSeconds: order.work.graceSeconds, context: context)
        }
    }

    private func inheritedVariables() -> [EnvironmentVariable] {
        let environment = ProcessInfo.processInfo.environment
        return CommandEnvironment.inherited.compactMap { name in
            environment[name].map { EnvironmentVariable(name: name, value: $0) }
        }
    }

    private func ownVariables(
        of order: PrepareCommand
    ) throws(CommandRefusal) -> [EnvironmentVariable] {
        var variables: [EnvironmentVariable] = []
        for variable in order.work.environment {
            guard !variable.secret.isEmpty else {
                variables.append(variable)
                continue
            }
            variables.append(
                EnvironmentVariable(name: variable.name, value: try secret(variable.secret)))
        }
        return variables
    }

    /// Where the rank stands among the others: the names torchrun and others use.
    private func placeVariables(
        _ order: PrepareCommand, _ rank: Int, _ folder: String
    ) -> [EnvironmentVariable] {
        let own = order.hosts.first { $0.node == node }
        let first = own?.firstRank ?? 0
        let addresses = order.hosts.flatMap { host in
            Array(
                repeating: host.address.isEmpty ? "127.0.0.1" : host.address,
                count: host.endRank - host.firstRank)
        }
        let nodeRank = order.hosts.firstIndex { $0.node == node } ?? 0
        return [
            ("MLCTL_JOB", order.jobName), ("MLCTL_ATTEMPT", "\(order.attempt.number)"),
            ("MLCTL_NODE", node.name), ("MLCTL_WORKDIR", folder),
            ("MLCTL_ADDRESSES", addresses.joined(separator: ",")),
            ("RANK", "\(rank)"), ("WORLD_SIZE", "\(order.work.ranks)"),
            ("LOCAL_RANK", "\(rank - first)"),
            ("LOCAL_WORLD_SIZE", "\((own?.endRank ?? 1) - first)"),
            ("GROUP_RANK", "\(nodeRank)"), ("MASTER_ADDR", addresses.first ?? "127.0.0.1"),
            ("PWD", folder),
        ].map { EnvironmentVariable(name: $0.0, value: $0.1) }
    }

    /// A secret's value: the file of its name, readable by its owner alone, in a private folder.
    private func secret(_ name: String) throws(CommandRefusal) -> String {
        func refused(_ why: String) -> CommandRefusal {
            CommandRefusal(
                failure: .infrastructure,
                reason: Reason(
                    .secretMissing,
                    "the secret \(name) \(why) on \(node); put it into \(secretsFolder)/\(name), "
                        + "readable by its owner alone"))
        }
        let legal = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard legal, !name.hasPrefix(".") else { throw refused("has no legal name") }
        let descriptor = open("\(secretsFolder)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw refused("is not there") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & 0o077 == 0, status.st_uid == getuid()
        else { throw refused("can be read by others") }
        var bytes = [UInt8](repeating: 0, count: CommandEnvironment.longestSecret + 1)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0, count <= CommandEnvironment.longestSecret else {
            throw refused("is longer than \(CommandEnvironment.longestSecret) bytes")
        }
        var value = bytes[..<count]
        if value.last == UInt8(ascii: "\n") { value = value.dropLast() }
        guard let text = String(validating: value, as: UTF8.self), !value.contains(0) else {
            throw refused("is no text")
        }
        return text
    }
}

/// Why ranks cannot be started on this node.
struct CommandRefusal: Error {
    let failure: FailureClass
    let reason: Reason
}
