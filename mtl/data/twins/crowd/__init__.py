"""What the `people` twin draws: people and objects of capsules and plates, with exact normals."""
