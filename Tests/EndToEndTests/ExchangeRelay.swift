import Foundation
import Glibc
import Synchronization

/// Stands between the trainers of this host: it takes the place of every exchange socket below a
/// folder, so that what one worker's trainer sends another's passes here and can be delayed, held
/// back or cut, in one direction alone. Control links do not pass here.
///
/// A sender that connected before its peer's socket was taken over is not disturbed; sockets live
/// as long as an attempt, senders one term, so this concerns the first term at most.
final class ExchangeRelay: Sendable {
    /// From one worker's trainer to another's.
    struct Link: Hashable {
        let from: String
        let to: String
    }

    /// What happens to a link.
    struct Rule {
        var delay = Duration.zero
        var heldUntil: ContinuousClock.Instant?
        /// Counts cuts: connections made before the newest are closed.
        var cuts = 0
    }

    private struct State {
        var rules: [Link: Rule] = [:]
        var isStopped = false
        var passed: [Link: Int] = [:]
    }

    private let root: String
    private let state = Mutex(State())

    /// Takes over what appears in `mlctl-x-*` below a folder, until ``stop()``.
    init(root: String) {
        self.root = root
        let thread = Thread { [self] in scan() }
        thread.start()
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Nothing passes from one to the other for so long; `nil` means for good.
    func hold(_ link: Link, for time: Duration?) {
        let until = ContinuousClock.now + (time ?? .seconds(86_400))
        state.withLock { $0.rules[link, default: Rule()].heldUntil = until }
    }

    /// Everything takes so much longer from one to the other.
    func delay(_ link: Link, by time: Duration) {
        state.withLock { $0.rules[link, default: Rule()].delay = time }
    }

    /// Closes the connections from one to the other, with what is on its way; new ones may come.
    func cut(_ link: Link) {
        state.withLock { $0.rules[link, default: Rule()].cuts += 1 }
    }

    /// All links are as they were.
    func heal() {
        state.withLock { state in
            for link in state.rules.keys {
                state.rules[link]?.delay = .zero
                state.rules[link]?.heldUntil = nil
            }
        }
    }

    /// Bytes that passed from one to the other.
    func passed(_ link: Link) -> Int { state.withLock { $0.passed[link] ?? 0 } }

    private var isStopped: Bool { state.withLock { $0.isStopped } }
    private func rule(_ link: Link) -> Rule { state.withLock { $0.rules[link] ?? Rule() } }

    /// Looks for new sockets; a path whose socket is not ours any more is new again.
    private func scan() {
        var own: [String: ino_t] = [:]
        while !isStopped {
            for path in sockets() {
                var facts = stat()
                guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFSOCK,
                    own[path] != facts.st_ino
                else { continue }
                guard rename(path, path + "r") == 0, let listener = UnixSocket.listen(path),
                    lstat(path, &facts) == 0
                else { continue }
                own[path] = facts.st_ino
                let name = path.split(separator: "/").last ?? ""
                let receiver = Self.worker(
                    of: name.split(separator: "-").first.flatMap { pid_t($0) })
                let thread = Thread { [self] in accept(listener, path + "r", to: receiver) }
                thread.start()
            }
            usleep(2_000)
        }
    }

    private func sockets() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return names.filter { $0.hasPrefix("mlctl-x-") }.flatMap { folder in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)"))
            return (files ?? []).filter { $0.hasSuffix(".ipc") }.map { "\(root)/\(folder)/\($0)" }
        }
    }

    /// The name of the worker that started a trainer.
    private static func worker(of trainer: pid_t?) -> String {
        guard let trainer,
            let status = try? String(
                contentsOfFile: "/proc/\(trainer)/stat", encoding: .utf8),
            let end = status.lastIndex(of: ")")
        else { return "" }
        let fields = status[end...].split(separator: " ")
        guard fields.count > 2,
            let line = FileManager.default.contents(atPath: "/proc/\(fields[2])/cmdline")
        else { return "" }
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard let place = words.firstIndex(of: "--name"), place + 1 < words.count else { return "" }
        return words[place + 1]
    }

    private func accept(_ listener: Int32, _ path: String, to receiver: String) {
        defer { close(listener) }
        while !isStopped {
            guard UnixSocket.wait([(listener, true)], milliseconds: 50)[0] else { continue }
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { continue }
            let link = Link(from: Self.worker(of: UnixSocket.peer(of: client)), to: receiver)
            guard let server = UnixSocket.connect(path) else {
                close(client)
                continue
            }
            let thread = Thread { [self] in
                relay(link, client: client, server: server)
                close(client)
                close(server)
            }
            thread.start()
        }
    }

    /// Bytes that may wait in the relay; beyond them the sender is not read.
    private static let mostBytes = 8 << 20

    private func relay(_ link: Link, client: Int32, server: Int32) {
        let cuts = rule(link).cuts
        var waiting: [(due: ContinuousClock.Instant, bytes: [UInt8])] = []
        var count = 0
        var isOpen = true
        while !isStopped, isOpen || !waiting.isEmpty {
            let rule = rule(link)
            guard rule.cuts == cuts else { return }
            let mayRead = isOpen && count < Self.mostBytes
            let ready = UnixSocket.wait(
                [(client, mayRead), (server, true)], milliseconds: waiting.isEmpty ? 20 : 1)
            if ready[0] {
                let bytes = UnixSocket.read(client)
                if bytes.isEmpty { isOpen = false }
                count += bytes.count
                waiting.append((ContinuousClock.now + rule.delay, bytes))
            }
            if ready[1] {
                let back = UnixSocket.read(server)
                guard !back.isEmpty, UnixSocket.write(back, to: client) else { return }
            }
            let now = ContinuousClock.now
            if let until = rule.heldUntil, until > now { continue }
            while let first = waiting.first, first.due <= now {
                guard UnixSocket.write(first.bytes, to: server) else { return }
                count -= first.bytes.count
                waiting.removeFirst()
                state.withLock { $0.passed[link, default: 0] += first.bytes.count }
            }
        }
    }
}

/// Stream sockets by path, with plain calls.
enum UnixSocket {
    private static func address<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: Array(path.utf8).prefix(place.count - 1))
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func open() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    static func listen(_ path: String) -> Int32? {
        let descriptor = open()
        let isBound = address(path) { bind(descriptor, $0, $1) } == 0
        guard isBound, Glibc.listen(descriptor, 64) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    static func connect(_ path: String) -> Int32? {
        let descriptor = open()
        guard address(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// The process at the other end; `nil` when the kernel does not say.
    static func peer(of descriptor: Int32) -> pid_t? {
        var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
            return nil
        }
        return credentials.0
    }

    /// Which of the descriptors that are asked for can be read, or have ended.
    static func wait(_ sockets: [(descriptor: Int32, isAsked: Bool)], milliseconds: Int32) -> [Bool]
    {
        var entries = sockets.map {
            pollfd(fd: $0.isAsked ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0)
        }
        _ = poll(&entries, nfds_t(entries.count), milliseconds)
        return entries.map { $0.revents != 0 }
    }

    /// What is there; nothing at the end.
    static func read(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
