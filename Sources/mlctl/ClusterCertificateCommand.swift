import ArgumentParser
import Client
import Foundation
import JobSpecification
import SchedulerService

/// `mlctl cluster certificate`: what clients on other machines need to trust this scheduler.
struct ClusterCertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Print the certificate of the REST API, for clients on other machines.",
        discussion: """
            The scheduler makes it when it serves HTTP beyond its host. On the other machine: \
            mlctl config set lab --server https://HOST:7070 --certificate-file lab.crt
            """)

    @Option(help: "The state folder (default: this user's).")
    var state: String?

    @Flag(help: "Make a new key and certificate first; restart the scheduler, tell the clients.")
    var renew = false

    @Option(help: "With --renew: a name or address by which clients reach the scheduler.")
    var name: [String] = []

    func run() throws {
        let state = state ?? StateFolder.path
        let files = ServerCertificate(stateFolder: state)
        let written = StateFolder.configurationPath(in: state)
        let file = FileManager.default.fileExists(atPath: written) ? written : nil
        let cluster = try ClusterFile.read(file)?.scheduler
        if let path = cluster?.certificateFile {
            throw ClientFailure(.refused, "cluster.yaml names another certificate: \(path)")
        }
        if renew {
            let known = [cluster?.advertise, cluster?.http.host].compactMap { $0 }
            try files.make(names: name + known)
        }
        guard files.isThere,
            let text = try? String(contentsOfFile: files.certificatePath, encoding: .utf8)
        else {
            throw ClientFailure(
                .notFound,
                "\(files.certificatePath) is not there: the scheduler makes it when its HTTP"
                    + " address is not this host's alone, or make it with --renew")
        }
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        try console.write(Array(text.utf8))
    }
}
