import ClusterVocabulary
import Foundation
import Logging
import Messaging
import Supervision
import Synchronization
import WireCodec
import WorkerCore

/// The worker's end of the conversation with its supervisor: starts one when there is none, and
/// again when it is gone; what runs under it goes on meanwhile.
final class SupervisorLink: Sendable {
    private struct State {
        var writer: PipeFrames.Writer?
        var descriptor: Int32 = -1
        var contact: Int64 = 0
        var isStopped = false
        /// The supervisor this process started, to be reaped.
        var child: pid_t = 0
    }

    /// Between two tries to reach a supervisor that is starting.
    private static let pause = 0.01
    /// Tries before another one is started.
    private static let mostTries = 300
    /// Between two starts of a supervisor that does not come up.
    private static let restartPause = 1.0

    private let places: SupervisorPlaces
    private let executable: String
    private let inbox: WorkerInbox
    private let logger: Logger
    private let state = Mutex(State())

    init(places: SupervisorPlaces, executable: String, inbox: WorkerInbox, logger: Logger) {
        self.places = places
        self.executable = executable
        self.inbox = inbox
        self.logger = logger
    }

    /// Connects on a thread of its own, for as long as the daemon lives.
    func start() {
        let thread = Thread { [self] in
            while !state.withLock({ $0.isStopped }) {
                guard let descriptor = reach() else {
                    Thread.sleep(forTimeInterval: SupervisorLink.restartPause)
                    continue
                }
                converse(descriptor)
                inbox.put(.supervisorLost)
            }
        }
        thread.name = "supervisor"
        thread.start()
    }

    /// Leaves; the supervisor and its commands stay.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            if state.descriptor >= 0 { shutdown(state.descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Says something; nothing is said to a supervisor that is gone, its next word tells all.
    func send(_ command: SupervisorCommand) {
        let writer = state.withLock { $0.writer }
        writer?.write(WireCodec.encode(command))
    }

    /// The scheduler heard of this node at that nanosecond of the boot clock.
    func setContact(_ nanoseconds: Int64) {
        let isNews = state.withLock { state in
            guard nanoseconds > state.contact else { return false }
            state.contact = nanoseconds
            return true
        }
        if isNews { send(.lease(contact: nanoseconds)) }
    }

    /// A connection to the supervisor, started when there is none; `nil` when it does not come up.
    private func reach() -> Int32? {
        if let descriptor = connect() { return descriptor }
        launch()
        for _ in 0..<SupervisorLink.mostTries {
            if state.withLock({ $0.isStopped }) { return nil }
            if let descriptor = connect() { return descriptor }
            Thread.sleep(forTimeInterval: SupervisorLink.pause)
        }
        logger.warning(
            "the supervisor does not come up; see \(places.logPath)",
            metadata: ["reason": "NoSupervisor"])
        return nil
    }

    private func connect() -> Int32? {
        guard var address = UnixAddress.make(places.socketPath) else { return nil }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return nil }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private func converse(_ descriptor: Int32) {
        let writer = PipeFrames.Writer(descriptor: descriptor)
        let contact = state.withLock { state in
            state.writer = writer
            state.descriptor = descriptor
            return state.contact
        }
        writer.write(WireCodec.encode(SupervisorCommand.lease(contact: contact)))
        writer.write(WireCodec.encode(SupervisorCommand.hello))
        let reader = PipeFrames.Reader(
            descriptor: descriptor, largest: WireLimits.largestInventory)
        while let bytes = reader.next() {
            let report = bytes.withUnsafeBytes { try? WireCodec.decodeSupervisorReport($0) }
            guard let report else { break }
            switch report {
            case .inventory(let tasks, let limits):
                logger.info("supervisor: \(limits)", metadata: ["tasks": "\(tasks.count)"])
                inbox.put(.supervised(tasks.map(SupervisorLink.supervised)))
            case .state(let state): inbox.put(.task(state))
            case .output(let output): inbox.put(.taskOutput(output))
            }
        }
        state.withLock { state in
            state.writer = nil
            state.descriptor = -1
        }
        close(descriptor)
    }

    private static func supervised(_ state: TaskState) -> SupervisedTask {
        let order = state.context.withUnsafeBytes { try? WireCodec.decodePreparedTask($0) }
        return SupervisedTask(state: state, prepare: order?.prepare)
    }

    /// Starts a supervisor in a session of its own.
    private func launch() {
        let earlier = state.withLock { $0.child }
        var status: Int32 = 0
        if earlier > 0 { waitpid(earlier, &status, WNOHANG) }
        // It outlives this daemon and its terminal.
        if let process = SupervisorProcess.start(executable, places) {
            state.withLock { $0.child = process }
        }
    }
}
