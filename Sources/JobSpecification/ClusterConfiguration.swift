/// What the daemons of a cluster read: where the scheduler listens and which workers there are.
package struct ClusterConfiguration: Sendable, Equatable {
    /// The scheduler's addresses and times.
    package struct Scheduler: Sendable, Equatable {
        /// Where people and tools are served.
        package var http = Endpoint(host: "127.0.0.1", port: 7_070)
        /// The certificate for HTTP beyond this host, PEM; `nil` for the scheduler's own.
        package var certificateFile: String?
        /// The private key of ``certificateFile``, PEM.
        package var certificateKeyFile: String?
        /// Whether HTTP beyond this host is served unencrypted, a proxy standing in front.
        package var plainHTTP = false
        /// Where workers connect for control.
        package var control = Endpoint(host: "127.0.0.1", port: 7_071)
        /// Where workers fetch and store artifacts.
        package var artifacts = Endpoint(host: "127.0.0.1", port: 7_069)
        /// Where workers of other hosts enrol; `nil` for this host only.
        package var enrolment: Endpoint?
        /// The name or address by which other hosts reach this one; `nil` tells the listening one.
        package var advertise: String?
        /// Milliseconds between two heartbeats of a worker.
        package var heartbeatMilliseconds: Int64 = 500
        /// Milliseconds of silence after which a worker gets no more work.
        package var suspectAfterMilliseconds: Int64 = 3_000
        /// Bytes of free disk below which no work is accepted.
        package var freeDiskFloorBytes: Int64 = 512 << 20
        /// How long what is no longer needed is kept.
        package var retention = Retention()

        /// The defaults: everything on this machine.
        package init() {}
    }

    /// How long what is no longer needed is kept, in seconds.
    package struct Retention: Sendable, Equatable {
        /// Ended jobs without `ttlAfterFinished`; 0 keeps them for ever.
        package var endedJobsSeconds: Int64 = 0
        /// Logs of ended jobs.
        package var logsSeconds: Int64 = 30 * 86_400
        /// Curves of ended jobs.
        package var curvesSeconds: Int64 = 90 * 86_400
        /// Stored files that nothing refers to, after their last use.
        package var filesSeconds: Int64 = 7 * 86_400

        /// The defaults, as the fields state them.
        package init() {}
    }

    /// One worker daemon.
    package struct Worker: Sendable, Equatable {
        /// Its name, unique in the cluster.
        package let name: String
        /// How many replicas it computes at once.
        package let slots: Int
        /// Bytes of memory it offers to jobs.
        package let memoryBytes: Int64
        /// Where other workers reach it for parameters.
        package let exchange: Endpoint

        /// Describes a worker without checking.
        package init(name: String, slots: Int, memoryBytes: Int64, exchange: Endpoint) {
            self.name = name
            self.slots = slots
            self.memoryBytes = memoryBytes
            self.exchange = exchange
        }
    }

    /// A host and a port.
    package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        /// A name, an IPv4 address, or an IPv6 address without brackets.
        package let host: String
        /// 1 ... 65535.
        package let port: Int

        /// Makes an endpoint without checking.
        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// `host:port`, an IPv6 address in brackets.
        package var description: String {
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// The scheduler.
    package var scheduler: Scheduler
    /// The workers, in the order of the file.
    package var workers: [Worker]

    /// Makes a description without checking.
    package init(scheduler: Scheduler = Scheduler(), workers: [Worker] = []) {
        self.scheduler = scheduler
        self.workers = workers
    }

    /// What reading a file gave.
    package enum Reading: Sendable, Equatable {
        /// A valid description.
        case configuration(ClusterConfiguration)
        /// Everything that is wrong, ordered by place; at least one.
        case refused([Diagnostic])
    }

    /// Reads the text of a cluster file: exactly one document of kind Cluster.
    ///
    /// Never traps, whatever the text. `file` is for diagnostics only.
    package static func read(_ text: String, file: String) -> Reading {
        let source = SourceText(text.utf8.count <= Limits.textBytes ? text : "")
        let collector = DiagnosticCollector(file: file, source: source)
        let start = SourcePosition(origin: 0, line: 1, column: 1)
        guard text.utf8.count <= Limits.textBytes else {
            collector.report(start, "", "the file is longer than \(Limits.textBytes) bytes")
            return .refused(collector.diagnostics())
        }
        let documents = DocumentParser(collector: collector).documents(of: source)
        if documents.count != 1, collector.count == 0 {
            let place = documents.dropFirst().first?.position ?? start
            collector.report(place, "", "expected one document, found \(documents.count)")
        }
        guard collector.count == 0, let document = documents.first else {
            return .refused(collector.diagnostics())
        }
        let configuration = ClusterConfigurationReader(collector: collector).read(document)
        guard collector.count == 0 else { return .refused(collector.diagnostics()) }
        return .configuration(configuration)
    }
}
