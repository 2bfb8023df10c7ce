"""The class's channel: changes come to its screens, and students' requests go."""
