import ClusterVocabulary
import Collectors
import Foundation
import Supervision
import WireCodec

/// What a rank finds in its environment, and the orders to the supervisor made of it.
struct CommandEnvironment {
    /// The folder of secrets, one file each.
    let secretsFolder: String
    /// This node.
    let node: NodeID
    /// As whom commands run here.
    let users: CommandUser
    /// The program that stands around a command whose values are collected.
    let executable: String

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
        let account = try users.account(for: order)
        let own = try ownVariables(of: order, account)
        return ranks.map { rank in
            TaskStart(
                task: TaskID(attempt: order.attempt, rank: rank),
                arguments: words(of: order.work, rank: rank),
                environment: inheritedVariables(account) + own
                    + placeVariables(order, rank, folder),
                folder: folder, limits: order.perRank,
                leaseSeconds: order.work.restartAfterSeconds,
                graceSeconds: order.work.graceSeconds, context: context, owner: account?.owner)
        }
    }

    /// The words of a rank: the first one's values are collected, as all tell the same.
    private func words(of work: CommandWork, rank: Int) -> [String] {
        guard rank == 0, case .collected(let collector) = work.metrics else { return work.words }
        return CollectorArguments.words(collector, around: work.words, executable: executable)
    }

    private func inheritedVariables(_ account: HostAccount?) -> [EnvironmentVariable] {
        var environment = ProcessInfo.processInfo.environment
        if let account {
            environment["HOME"] = account.home
            environment["USER"] = account.name
            environment["LOGNAME"] = account.name
            environment["SHELL"] = account.shell
        }
        return CommandEnvironment.inherited.compactMap { name in
            environment[name].map { EnvironmentVariable(name: name, value: $0) }
        }
    }

    private func ownVariables(
        of order: PrepareCommand, _ account: HostAccount?
    ) throws(CommandRefusal) -> [EnvironmentVariable] {
        var variables: [EnvironmentVariable] = []
        for variable in order.work.environment {
            guard !variable.secret.isEmpty else {
                variables.append(variable)
                continue
            }
            variables.append(
                EnvironmentVariable(
                    name: variable.name, value: try secret(variable.secret, account)))
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
        let places = [
            ("MLCTL_JOB", order.jobName), ("MLCTL_ATTEMPT", "\(order.attempt.number)"),
            ("MLCTL_NODE", node.name), ("MLCTL_WORKDIR", folder),
            ("MLCTL_ADDRESSES", addresses.joined(separator: ",")),
            ("RANK", "\(rank)"), ("WORLD_SIZE", "\(order.work.ranks)"),
            ("LOCAL_RANK", "\(rank - first)"),
            ("LOCAL_WORLD_SIZE", "\((own?.endRank ?? 1) - first)"),
            ("GROUP_RANK", "\(nodeRank)"), ("MASTER_ADDR", addresses.first ?? "127.0.0.1"),
            ("PWD", folder),
        ].map { EnvironmentVariable(name: $0.0, value: $0.1) }
        // Nobody keeps the port free: who knows a better one says so.
        guard !order.work.environment.contains(where: { $0.name == "MASTER_PORT" }) else {
            return places
        }
        let port = "\(CommandEnvironment.rendezvousPort(of: order.attempt))"
        return places + [EnvironmentVariable(name: "MASTER_PORT", value: port)]
    }

    /// The first port at which ranks meet, as torchrun's default, and how many there are.
    private static let rendezvousPorts = (first: UInt64(29_500), count: UInt64(1_000))

    /// Where the ranks of a try may meet on the first one's host: the same on all hosts, another
    /// for each try, so that what an earlier one left open is in nobody's way.
    static func rendezvousPort(of attempt: AttemptID) -> UInt64 {
        // 31 keeps the tries of a job and those of the next jobs apart.
        let place = (attempt.job.number &* 31 &+ UInt64(attempt.number)) % rendezvousPorts.count
        return rendezvousPorts.first + place
    }

    /// Where the secrets of a user lie; the worker's own for commands that run as it.
    private func folder(of account: HostAccount?) -> String {
        account.map { "\($0.home)/.config/mlctl/secrets" } ?? secretsFolder
    }

    /// A secret's value: the file of its name, readable by its owner alone, in a folder of theirs.
    private func secret(
        _ name: String, _ account: HostAccount?
    ) throws(CommandRefusal) -> String {
        let folder = folder(of: account)
        func refused(_ why: String) -> CommandRefusal {
            CommandRefusal(
                failure: .infrastructure,
                reason: Reason(
                    .secretMissing,
                    "the secret \(name) \(why) on \(node); put it into \(folder)/\(name), "
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
        let path = "\(folder)/\(name)"
        let opened = try? CommandUser.reachingFiles(as: account?.owner) {
            open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        }
        let descriptor = opened ?? -1
        guard descriptor >= 0 else { throw refused("is not there") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & 0o077 == 0,
            status.st_uid == account?.owner.user ?? getuid()
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
