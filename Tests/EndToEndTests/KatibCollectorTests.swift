import Foundation
import Glibc
import Testing

/// Katib manifests with every collector, run by stand-in programs that write the same formats.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct KatibCollectorTests {
    private func manifest(_ name: String, _ collector: String, _ script: String) -> String {
        """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata: {name: \(name)}
        spec:
          objective:
            {type: maximize, objectiveMetricName: accuracy,
              metricStrategies: [{name: accuracy, value: max}]}
          algorithm: {algorithmName: random, algorithmSettings: [{name: random_state, value: "1"}]}
          parallelTrialCount: 2
          maxTrialCount: 2
          metricsCollectorSpec: \(collector)
          parameters:
            - {name: lr, parameterType: double, feasibleSpace: {min: "0.1", max: "0.2"}}
          trialTemplate:
            primaryContainerName: main
            trialParameters: [{name: rate, reference: lr}]
            trialSpec:
              apiVersion: batch/v1
              kind: Job
              spec:
                template:
                  spec:
                    containers:
                      - name: main
                        image: example.org/stand-in
                        command: [sh, -c, "\(script)", stand-in, "${trialParameters.rate}"]
                        resources: {limits: {cpu: "0.5", memory: 64Mi}}
                    restartPolicy: Never

        """
    }

    /// One value, as a file of TensorFlow's events; its checksums were computed once.
    private func writeEvents(_ cluster: RealCluster) throws -> String {
        func crc(_ bytes: [UInt8]) -> UInt32 {
            var value: UInt32 = 0xFFFF_FFFF
            for byte in bytes {
                value ^= UInt32(byte)
                for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
            }
            value ^= 0xFFFF_FFFF
            return (value >> 15 | value << 17) &+ 0xA282_EAD8
        }
        func little(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            [number << 3 | 2, UInt8(bytes.count)] + bytes
        }
        var file: [UInt8] = []
        for (step, value) in [(1, Float(0.5)), (2, 0.875), (3, 0.75)] {
            let number = little(UInt64(value.bitPattern), 4)
            let summary = field(1, field(1, Array("accuracy".utf8)) + [2 << 3 | 5] + number)
            let event = [2 << 3, UInt8(step)] + field(5, summary)
            let length = little(UInt64(event.count), 8)
            file += length + little(UInt64(crc(length)), 4) + event + little(UInt64(crc(event)), 4)
        }
        let path = "\(cluster.folder)/events"
        try Data(file).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func values(_ cluster: RealCluster, _ name: String) throws -> [Double] {
        let result = cluster.run(["get", "trials", name, "-o", "json"])
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let items = (object as? [String: Any])?["items"] as? [[String: Any]] ?? []
        return items.compactMap { ($0["values"] as? [Double])?.first }
    }

    @Test func everyCollectorFindsTheMetric() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        let events = try writeEvents(cluster)
        let text = "echo accuracy=0.5 >> /var/log/katib/m.log; echo accuracy=0.875 >>"
        let page = PageServer(text: "# HELP accuracy\naccuracy 0.875\nother 3\n")
        let program = RealCluster.executable
        let cases = [
            ("stdout", "{collector: {kind: StdOut}}", "echo accuracy = 0.875 >&2"),
            (
                "filter",
                "{collector: {kind: StdOut}, source: {filter: {metricsFormat:"
                    + " ['\\{n: (\\w+), v: ([\\d.]+)\\}']}}}",
                "echo '{n: accuracy, v: 0.875}'"
            ),
            (
                "text",
                "{collector: {kind: File}, source: {fileSystemPath: {path: /var/log/katib/m.log,"
                    + " kind: File}}}",
                "\(text) /var/log/katib/m.log"
            ),
            (
                "json",
                "{collector: {kind: File}, source: {fileSystemPath: {path: /katib/m.json,"
                    + " kind: File, format: JSON}}}",
                "echo '{\\\"accuracy\\\": \\\"0.875\\\"}' > /katib/m.json"
            ),
            (
                "events",
                "{collector: {kind: TensorFlowEvent}, source: {fileSystemPath: {path: /katib/tf,"
                    + " kind: Directory}}}",
                "cp \(events) /katib/tf/events.out.tfevents.1.host"
            ),
            ("push", "{collector: {kind: Push}}", "\(program) report accuracy=0.875 step=1"),
            (
                "scrape",
                "{collector: {kind: PrometheusMetric}, source: {httpGet: {port: \(page.port)}}}",
                "sleep 1"
            ),
        ]
        for (name, collector, script) in cases {
            try cluster.write(manifest(name, collector, script), to: "\(name).yaml")
            _ = try cluster.submit("\(cluster.folder)/\(name).yaml")
        }
        for (name, _, _) in cases {
            let waited = cluster.run(["wait", "\(name)-1", "--timeout", "60s"])
            let log = cluster.run(["logs", "\(name)-1-0001"]).output
            #expect(waited.code == 0, "\(name): \(waited.errors) \(log)")
            #expect(try values(cluster, "\(name)-1") == [0.875, 0.875], "\(name): \(log)")
        }
        page.stop()
    }
}

/// Serves one page of HTTP on loopback until it is stopped.
private final class PageServer: Sendable {
    let port: Int
    private let descriptor: Int32

    init(text: String) {
        let number = RealCluster.freePort()
        port = number
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        descriptor = listening
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(number).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listening, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        listen(listening, 16)
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n\(text)".utf8)
        Thread {
            while true {
                let client = accept(listening, nil, nil)
                guard client >= 0 else { return }
                var request = [UInt8](repeating: 0, count: 4_096)
                _ = read(client, &request, request.count)
                _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
                close(client)
            }
        }.start()
    }

    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
