import ArgumentParser

/// `mlctl cluster`: several hosts as one.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Set up several hosts, hand out join tokens, back up, see who did what.",
        subcommands: [
            ClusterInitCommand.self, ClusterTokenCommand.self, ClusterCertificateCommand.self,
            ClusterAuditCommand.self,
            ClusterBackupCommand.self, ClusterRestoreCommand.self, ClusterFollowCommand.self,
        ])
}
